"""What an erasure takes: found, counted, written down, and then removed a batch at a time."""
