"""Fixes worked out for an editor: what is offered, and why something isn't done."""

import pytest
from lsp_editor import APP

from reloadlint.fixes.rounds import Fixed, Repaired
from reloadlint.lsp import fixing
from reloadlint.lsp.area import Area, Text
from reloadlint.lsp.fixing import NotFixed, key_of
from reloadlint.lsp.wanted import Wanted, changes_everywhere, changes_in_file, in_file
from reloadlint.settings import Settings


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "app.py"
    file.write_text(APP)
    return file


@pytest.fixture
def area(tmp_path):
    return Area([tmp_path], Settings(cache=False))


def changes(area, file, what, key, texts=()):
    wanted = Wanted(what, file.as_uri(), 1, key)
    return in_file(area, dict(texts), file, lambda work: changes_in_file(wanted, file, work))


def found(area, file):
    (finding,) = area.analyse({}, lambda: None).findings[file]
    return finding


def test_a_fix_that_would_not_hold_is_refused_with_the_reason(area, file, monkeypatch):
    finding = found(area, file)
    refused = Repaired((Fixed(finding, "it would be reported elsewhere"),), {})
    monkeypatch.setattr(fixing.Rounds, "run", lambda _: refused)
    with pytest.raises(NotFixed, match="it would be reported elsewhere"):
        changes(area, file, "fix", key_of(finding))


def test_what_is_gone_is_neither_fixed_nor_suppressed(area, file):
    key = key_of(found(area, file))
    texts = {file: Text(APP.replace("db =", "# db ="), typed=True)}
    for what in ("fix", "suppress"):
        with pytest.raises(NotFixed, match="gone"):
            changes(area, file, what, key, texts)


def test_a_file_of_two_folders_is_fixed_as_the_inner_one_says(tmp_path, area):
    inner = tmp_path / "inner"
    inner.mkdir()
    file = inner / "app.py"
    file.write_text(APP)
    ignoring = Area([inner], Settings(cache=False, ignore=("RL106",)))
    areas = [(tmp_path, area), (inner, ignoring)]
    with pytest.raises(NotFixed, match="nothing can be fixed safely"):
        changes_everywhere(areas, {}, lambda path: inner, lambda: None)
    changed = changes_everywhere(areas, {}, lambda path: tmp_path, lambda: None)
    assert list(changed) == [file]


def test_the_same_file_is_not_changed_by_two_projects(area, file, tmp_path):
    twice = [(tmp_path, area), (tmp_path, area)]
    changed = changes_everywhere(twice, {}, lambda path: tmp_path, lambda: None)
    assert changed[file][1].count("def get_db():") == 1
