"""Remote sessions: protocol, relay, client."""
