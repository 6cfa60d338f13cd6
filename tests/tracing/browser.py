"""Looks at a page in a real browser, without a window and without the network."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
LIGHT, DARK = 1, 0

#: What is measured when the page stands there: a script of ours, which the page's policy forbids.
_MEASURE = """<script>
addEventListener("load", () => {
  const box = (one) => { const r = one.getBoundingClientRect();
    return [one.className || one.localName, r.left, r.width, r.height]; };
  const all = (what) => [...document.querySelectorAll(what)];
  const body = getComputedStyle(document.body);
  document.body.append(Object.assign(document.createElement("pre"), {id: "measured",
    textContent: JSON.stringify({
      inner: innerWidth, wide: document.documentElement.scrollWidth,
      bars: all(".bar").map((bar) => [box(bar), [...bar.children].map(box)]),
      text: document.body.innerText, color: body.color, back: body.backgroundColor,
    })}));
});
</script>"""
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')


def browser() -> str:
    """The program; skips the test where there is none."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(f"needs a browser: one of {', '.join(NAMES)}")
    return found


def opened(page: Path, scratch: Path, *options: str) -> str:
    """The document as it stands in the browser when all has been loaded and run."""
    command = [
        browser(), "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
        "--disable-background-networking", f"--user-data-dir={scratch / 'profile'}",
        *options, "--dump-dom", page.resolve().as_uri(),
    ]  # fmt: skip
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if not run.stdout:
        pytest.skip(f"the browser does not start here: {run.stderr.strip()[-200:]}")
    return run.stdout


def measured(page: Path, scratch: Path, *, width: int, scheme: int) -> dict[str, Any]:
    """What a reader sees of the page: sizes, colours and the text."""
    copy = scratch / f"measured-{width}.html"
    html = _POLICY.sub("", page.read_text(encoding="utf-8"))
    copy.write_text(html.replace("</body>", f"{_MEASURE}</body>"), encoding="utf-8")
    document = opened(
        copy,
        scratch,
        f"--window-size={width},1000",
        f"--blink-settings=preferredColorScheme={scheme}",
    )
    found = re.search(r'<pre id="measured">(.*?)</pre>', document, re.DOTALL)
    assert found, document
    result: dict[str, Any] = json.loads(unescape(found[1]))
    return result
