"""What one module says, as small records without a tree."""
