"""What the customer sees of a session: consent, banner, chat."""
