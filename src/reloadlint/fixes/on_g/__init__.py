"""Strategy `g`: opened once per request, closed by a teardown."""
