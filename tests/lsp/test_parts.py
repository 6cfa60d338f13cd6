"""The parts that need no server: places, names of files, texts that change."""

from pathlib import Path

import pytest
from lsprotocol import types

from reloadlint.findings import Confidence, Finding, Severity
from reloadlint.lsp.documents import Document
from reloadlint.lsp.edits import text_edits
from reloadlint.lsp.glance import merged, movement
from reloadlint.lsp.positions import Lines
from reloadlint.lsp.uris import file_name, path_of

UTF16 = types.PositionEncodingKind.Utf16
UTF8 = types.PositionEncodingKind.Utf8
UTF32 = types.PositionEncodingKind.Utf32


@pytest.mark.parametrize(("encoding", "column"), [(UTF16, 4), (UTF8, 8), (UTF32, 3)])
def test_columns_are_counted_as_the_client_counts_them(encoding, column):
    lines = Lines("x\r\n数🎉=1\n", encoding)
    place = lines.position(2, 4)
    assert place == types.Position(1, column)
    assert lines.place(place) == (2, 4)


def test_a_place_behind_the_text_is_its_end():
    assert Lines("a\nbc", UTF16).position(9, 9) == types.Position(1, 2)
    assert Lines("a\nbc", UTF16).end == types.Position(1, 2)


@pytest.mark.parametrize(
    ("uri", "windows", "name"),
    [
        ("file:///home/me/a%20b.py", False, "/home/me/a b.py"),
        ("file:///c%3A/shop/app.py", True, "C:\\shop\\app.py"),
        ("file:///C:/shop/app.py", True, "C:\\shop\\app.py"),
        ("file://server/share/app.py", True, "\\\\server\\share\\app.py"),
        ("file:///c%3A/shop/app.py", False, None),
        ("file://server/share/app.py", False, None),
        ("untitled:Untitled-1", False, None),
        ("untitled:Untitled-1", True, None),
        ("vscode-notebook-cell:/x.ipynb#1", False, None),
        ("file://[bad", False, None),
    ],
)
def test_uris_name_files_as_the_system_writes_them(uri, windows, name):
    assert file_name(uri, windows=windows) == name


def test_a_path_is_normal_whatever_the_uri(tmp_path):
    assert path_of(f"{tmp_path.as_uri()}/x/../app.py") == Path(tmp_path, "app.py")


def changed(text, *changes, encoding=UTF16):
    document = Document(types.TextDocumentItem("file:///app.py", "python", 1, text))
    partial = [
        types.TextDocumentContentChangePartial(
            types.Range(types.Position(*start), types.Position(*end)), new
        )
        for start, end, new in changes
    ]
    document.apply(partial, 2, encoding)
    return document.text


def test_changes_are_made_one_after_another_in_the_clients_units():
    assert changed("a🎉b\n", ((0, 3), (0, 4), "c")) == "a🎉c\n"
    assert changed("a\r\nb", ((0, 1), (1, 0), ""), ((0, 2), (0, 2), "!")) == "ab!"
    assert changed("a\n", ((7, 0), (7, 0), "b")) == "a\nb"


def test_form_feeds_and_unicode_separators_are_no_line_ends():
    assert changed("a\x0cb\u2028c\nd", ((1, 0), (1, 1), "e")) == "a\x0cb\u2028c\ne"


def apply(text, edits):
    lines = Lines(text, UTF16)
    ends = text.splitlines(keepends=True)
    offset = lambda p: sum(map(len, ends[: p.line])) + p.character  # noqa: E731
    assert lines.end.line >= 0
    for each in sorted(edits, key=lambda e: -e.range.start.line):
        start, end = offset(each.range.start), offset(each.range.end)
        text = text[:start] + each.new_text + text[end:]
    return text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\nb\nc\n", "a\nx\nc\n"),
        ("a\r\nb\r\n", "a\r\nnew\r\nb\r\n"),
        ("a\nb", "a\nb\nc"),
        ("a\nb\n", "b\n"),
        ("", "a\n"),
        ("a\n", ""),
        ("same\n", "same\n"),
    ],
)
def test_edits_make_one_text_of_the_other(before, after):
    edits = text_edits(before, after, UTF16)
    assert apply(before, edits) == after
    assert before != after or edits == []


def finding(line, message="m", code="RL101"):
    return Finding(
        code=code,
        name="n",
        severity=Severity.ERROR,
        confidence=Confidence.CERTAIN,
        message=message,
        path="app.py",
        line=line,
        column=1,
        end_line=line,
        end_column=2,
    )


def seen(known, before, after, moved=lambda line: line):
    return [(each.line, each.message) for each in merged(known, before, after, moved)]


def test_what_a_change_brings_and_takes_is_seen_at_a_glance():
    assert seen([], [], [finding(3)]) == [(3, "m")]
    assert seen([finding(3)], [finding(3)], []) == []
    assert seen([finding(3)], [finding(3)], [finding(5)]) == [(5, "m")]


def test_what_only_the_whole_program_shows_stays_and_moves_with_its_line():
    moved = movement("a\nb\nc", "a\nnew\nb\nc")
    assert seen([finding(3)], [], [], moved) == [(4, "m")]
    assert movement("a\nb", "a\nb\nc")(1) == 1


def test_what_the_whole_program_knows_better_is_not_shown_for_a_moment():
    assert seen([], [finding(3)], [finding(4)]) == []
    assert seen([], [finding(3)], [finding(4), finding(6)]) == [(6, "m")]
