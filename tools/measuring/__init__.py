"""What `tools/measure_catalog.py` is made of."""
