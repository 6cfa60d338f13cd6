from __future__ import annotations

import subprocess

import pytest

from reloadlint.fixes.diff import unified_diff


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"a\nb\n", b"a\nc\n"),
        (b"a\r\nb\r\n", b"a\r\nc\r\n"),
        (b"a\nb", b"a\nc"),
        (b"a\nb", b"a\nb\nc\n"),
        ("café\n".encode("latin-1"), "café!\n".encode("latin-1")),
        (b"\xef\xbb\xbfa\n", b"\xef\xbb\xbfb\n"),
        (b"a\x0cb\n", b"a\x0cc\n"),
    ],
)
def test_git_applies_it(tmp_path, before, after):
    file = tmp_path / "app.py"
    file.write_bytes(before)
    patch = unified_diff("app.py", before, after)
    subprocess.run(["git", "apply", "-"], input=patch, cwd=tmp_path, check=True)
    assert file.read_bytes() == after


def test_nothing_changed_is_nothing():
    assert unified_diff("app.py", b"a\n", b"a\n") == b""
