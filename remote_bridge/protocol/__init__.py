"""What both ends say to each other; no I/O."""
