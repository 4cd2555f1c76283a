"""Mail that is held back, to be released or dismissed."""
