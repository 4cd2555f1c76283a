"""Remote sessions: the customer's page, the viewer's page, and what runs now."""
