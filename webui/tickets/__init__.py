"""The ticket list, the ticket page, answering."""
