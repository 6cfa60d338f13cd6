"""Finds what a Flask module starts while it is being loaded, before the debug reloader does it twice."""

__version__ = "0.1.0"
