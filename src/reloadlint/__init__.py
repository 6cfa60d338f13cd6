"""Finds what a Flask module starts while it is loaded, before the reloader does it twice."""

__version__ = "0.1.0"
