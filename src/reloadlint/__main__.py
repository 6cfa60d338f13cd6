"""`python -m reloadlint`."""

from __future__ import annotations

from reloadlint.cli import main

if __name__ == "__main__":
    main()
