"""What a viewer sees: finding what changed, and saying it in few bytes."""
