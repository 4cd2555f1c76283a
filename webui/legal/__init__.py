"""Privacy policy and terms, for everybody to read."""
