"""Decoding: the text comes as Python reads it, or one clear error says why not."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from reloadlint.source import SourceError, SourceFile, decode, display_path, split_lines

KEPT = {
    "nothing": (b"", ""),
    "plain": (b"x = 1\n", "x = 1\n"),
    "windows line endings": (b"a\r\nb\r\n", "a\r\nb\r\n"),
    "old mac line endings": (b"a\rb\r", "a\rb\r"),
    "mixed line endings, no last one": (b"a\r\nb\nc", "a\r\nb\nc"),
    "form feed": (b"a\x0cb\n", "a\x0cb\n"),
    "control characters in a string": (b"x = '\x1b[0m'\n", "x = '\x1b[0m'\n"),
    "utf-8 without cookie": ("é 漢 🎥".encode(), "é 漢 🎥"),
    "cookie in line 1": (b"# -*- coding: latin-1 -*-\n# \xe9", "# -*- coding: latin-1 -*-\n# é"),
    "cookie in line 2": (b"#!/bin/py\n# coding=cp1252\n'\x80'", "#!/bin/py\n# coding=cp1252\n'€'"),
    "cookie after a non-ascii comment": (
        b"# \xe9\n# coding: latin-1\n",
        "# é\n# coding: latin-1\n",
    ),
    "emacs' line-end suffix": (b"# coding: latin-1-unix\n# \xe9", "# coding: latin-1-unix\n# é"),
    "cookie in line 3 is none": (b"\n\n# coding: ascii\n'\xc3\xa9'", "\n\n# coding: ascii\n'é'"),
    "cookie after code is none": (
        b"x = 1\n# coding: ascii\n'\xc3\xa9'",
        "x = 1\n# coding: ascii\n'é'",
    ),
    "cookie in a string is none": (b"x = '# coding: nonsense'\n", "x = '# coding: nonsense'\n"),
}


@pytest.mark.parametrize(("data", "text"), KEPT.values(), ids=KEPT)
def test_text_is_as_in_the_file(data: bytes, text: str) -> None:
    assert decode(data)[0] == text


@pytest.mark.parametrize(("data", "text"), KEPT.values(), ids=KEPT)
def test_encoding_gives_the_bytes_back(data: bytes, text: str) -> None:
    decoded, encoding = decode(data)
    assert decoded.encode(encoding) == data


@pytest.mark.parametrize("cookie", [b"", b"# coding: utf8\n", b"# coding: UTF-8\n"])
def test_byte_order_mark_is_not_text_and_comes_back(cookie: bytes) -> None:
    data = codecs.BOM_UTF8 + cookie + b"x = 1\n"
    text, encoding = decode(data)
    assert text == (cookie + b"x = 1\n").decode()
    assert text.encode(encoding) == data


REFUSED = {
    "latin-1 undeclared": (b"x = 1\ny = '\xe9'\n", 2, "not valid UTF-8: byte 0xe9"),
    "undecodable after old mac line ends": (b"a\rb\r\xff", 3, "byte 0xff"),
    "undecodable after windows line ends": (b"a\r\nb\r\n\xff", 3, "byte 0xff"),
    "picture": (b"\x89PNG\r\n\x1a\n\0\0", 1, "not valid UTF-8: byte 0x89"),
    "beyond a declared ascii": (b"# coding: ascii\n'\xc3\xa9'", 2, "not valid ascii"),
    "unknown cookie": (b"#!\n# coding: nonsense\n", 2, "unknown encoding `nonsense`"),
    "cookie of a codec that gives no text": (b"# coding: hex\n", 1, "unknown encoding `hex`"),
    "cookie against the mark": (codecs.BOM_UTF8 + b"# coding: cp1252\n", 1, "byte order mark"),
    "utf-16": ("x = 1\n".encode("utf-16"), 1, "UTF-16"),
    "null byte": (b"x = 1\n\ny\0 = 2", 3, "null byte"),
}


@pytest.mark.parametrize(("data", "line", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_python_text_is_refused_at_its_line(
    data: bytes, line: int, message: str
) -> None:
    with pytest.raises(SourceError) as caught:
        decode(data)
    assert caught.value.line == line
    assert message in caught.value.message
    assert "\n" not in caught.value.message


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read: No such file"):
        SourceFile.read(tmp_path / "gone.py")


def test_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        SourceFile.read(tmp_path)


def test_file_is_read_under_its_display_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_bytes(b"x = 1\r\n")
    assert SourceFile.read(tmp_path / "a.py") == SourceFile(
        tmp_path / "a.py", "a.py", "x = 1\r\n", "utf-8"
    )


def test_standard_input_goes_under_the_name_given() -> None:
    file = SourceFile.from_bytes(b"x\n", Path("app.py"), "<stdin>")
    assert (file.display_path, file.text) == ("<stdin>", "x\n")


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("a.py", "a.py"),
        ("./pkg/a.py", "pkg/a.py"),
        ("pkg/../a.py", "a.py"),
        ("../a.py", "../a.py"),
        (".", "."),
    ],
)
def test_display_path_is_relative_to_the_working_directory(
    path: str, shown: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert display_path(Path(path)) == shown
    assert display_path(tmp_path / path) == shown


def test_display_path_does_not_take_a_beginning_for_a_parent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "app").mkdir()
    monkeypatch.chdir(tmp_path / "app")
    assert display_path(tmp_path / "app2" / "a.py") == "../app2/a.py"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [""]),
        ("a\nb\r\nc\rd", ["a", "b", "c", "d"]),
        ("a\x0cb\x0b\x1c\u2028c\x85d", ["a\x0cb\x0b\x1c\u2028c\x85d"]),
    ],
)
def test_lines_are_split_as_python_counts_them(text: str, lines: list[str]) -> None:
    assert split_lines(text) == lines
