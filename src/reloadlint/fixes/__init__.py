"""The cures: what to write in place of what was reported, whether it is safe, and the writing."""
