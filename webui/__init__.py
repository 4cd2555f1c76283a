"""The pages and the HTTP API; stands on gateway."""
