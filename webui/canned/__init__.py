"""Canned replies: their list, new ones, changing them."""
