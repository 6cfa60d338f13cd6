"""Pieces of text that cures have in common, and where they go."""
