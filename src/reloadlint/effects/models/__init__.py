"""What Python's own functions, and some of the standard library, do to values; by subject."""
