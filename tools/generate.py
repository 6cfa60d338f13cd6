"""Write the files that are made from the program: `python tools/generate.py`.

`docs/reloadlint.schema.json` is the schema of the configuration, `docs/report.svg` the README's
picture: what `reloadlint check` really prints about an example.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

from reloadlint.reporting.settings_schema import schema

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ("check", "examples/two_modules", "--select", "RL101")
WIDTH = 80

# No font from elsewhere, and no title bar: a picture that any page may show.
_SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" \
aria-label="What reloadlint check prints about an example">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; \
font-size: {char_height}px; line-height: {line_height}px; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def printed(*, color: str) -> str:
    """What the program prints about the example, at the width of the picture."""
    done = subprocess.run(
        [sys.executable, "-m", "reloadlint", *EXAMPLE, "--no-cache", "--color", color],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": str(WIDTH), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.stderr:
        raise SystemExit(done.stderr)
    return done.stdout


def picture() -> str:
    """The report as an SVG."""
    with Path(os.devnull).open("w") as nowhere:
        console = Console(file=nowhere, record=True, width=WIDTH + 2, force_terminal=True)
        console.print(Text(f"$ reloadlint {' '.join(EXAMPLE)}", "bold"))
        console.print(Text.from_ansi(printed(color="always")))
        return console.export_svg(title="", code_format=_SVG, unique_id="report")


def main() -> None:
    """Write both files."""
    text = json.dumps(schema(), indent=2) + "\n"
    (ROOT / "docs" / "reloadlint.schema.json").write_text(text, encoding="utf-8")
    (ROOT / "docs" / "report.svg").write_text(picture(), encoding="utf-8")


if __name__ == "__main__":
    main()
