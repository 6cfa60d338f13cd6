"""`python -m reloadlint`, in whose working directory the modules of the project are not ours.

Python puts that folder first on the path. A project's own `ast.py` or `click.py` must not be run,
so the folder is taken off before anything is imported that isn't there already, `__future__` and
`typing` included.
"""

import os
import sys

if __name__ == "__main__":
    if not getattr(sys.flags, "safe_path", False) and sys.path[:1] in ([os.getcwd()], [""]):  # noqa: PTH109 - pathlib isn't there yet
        del sys.path[0]
    from reloadlint.cli import main

    main()
