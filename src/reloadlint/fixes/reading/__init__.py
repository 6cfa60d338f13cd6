"""What the source says of an object: its statement, its uses, and where each of them runs."""
