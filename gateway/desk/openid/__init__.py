"""The operator's OpenID Connect provider, by which people may sign in whose profile is linked with it.

The flow is that of an authorization code with PKCE (OpenID Connect Core 1.0, 3.1; RFC 7636). All of it goes
over the network, so none of it happens in a transaction; `desk.identities` keeps whose identity is whose.
"""
