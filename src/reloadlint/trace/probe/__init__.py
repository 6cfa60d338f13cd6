"""What runs inside the user's program: it notes what begins there, and reports it.

It is loaded by its place on disk, under a name of its own (see `start.py` and `boot/`), by whatever
interpreter the project has: the standard library of Python 3.8 and newer is all that it knows, and
nothing of reloadlint is imported beside it.
"""
