"""Mail that did not arrive, to be sent again, changed, or put aside."""
