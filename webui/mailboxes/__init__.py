"""The account's mailboxes: what comes in where, how it fares, how each behaves."""
