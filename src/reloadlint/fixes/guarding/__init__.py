"""Strategy `guard`: started only in the process that serves."""
