"""Found by every Python that a traced command starts: attaches the probe, then makes way.

The folder is at the front of PYTHONPATH. A `sitecustomize` of the project or of its environment is
loaded afterwards, as if this one were not there.
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def attach():
    """Load the probe, and let the program be if that does not work."""
    from runpy import run_path

    folder = os.path.dirname(HERE)
    try:
        start = run_path(os.path.join(folder, "start.py"))
        start["package"](folder)
        from importlib import import_module

        import_module(start["NAME"] + ".attaching").main()
    except Exception as error:
        sys.stderr.write("reloadlint: this process is not traced: %r\n" % (error,))


def make_way():
    """Load the `sitecustomize` that this one hides."""
    sys.path[:] = [path for path in sys.path if path != HERE]
    this = sys.modules.pop(__name__)
    try:
        import sitecustomize  # noqa: F401
    except ImportError as error:
        if getattr(error, "name", __name__) != __name__:
            raise
    finally:
        sys.modules.setdefault(__name__, this)


if sys.version_info >= (3, 8):
    attach()
make_way()
