"""Run by path: loads an application under the probe. `start.py TARGET`.

Any Python must be able to read this file, if only to say that it is too old.
"""

import os
import sys

TOO_OLD = 86
NAME = "_reloadlint_probe"


def package(folder):
    """Load the folder that this file is in under a name which no program has."""
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location(
        NAME, os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
    )
    assert spec is not None
    assert spec.loader is not None
    sys.modules[NAME] = module_from_spec(spec)
    spec.loader.exec_module(sys.modules[NAME])


if __name__ == "__main__":
    if sys.version_info < (3, 8):
        sys.exit(TOO_OLD)
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [path for path in sys.path if path != here]
    package(here)
    from importlib import import_module

    import_module(NAME + ".loading").main(sys.argv[1])
