"""Error reports to the operator, of whoever has read what goes with them."""
