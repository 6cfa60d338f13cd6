"""Where modules are, what they are called, who imports whom, and which of them Flask loads."""
