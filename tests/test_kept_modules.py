"""Modules that did not change are not parsed again, whatever else changed."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from reloadlint.edition import edition
from reloadlint.facts.records import ModuleFacts
from reloadlint.findings import Result
from reloadlint.linter import check_project, kept_modules, reading
from reloadlint.linter.kept_modules import KeptModules
from reloadlint.linter.saying import Packed, Said, parsed, said_by
from reloadlint.settings import Settings
from reloadlint.source import SourceFile
from reloadlint.store import Store

KEPT = Settings(follow_installed=False)
FRESH = Settings(follow_installed=False, cache=False)
BASE = "import threading\nclass Base:\n    def open(self):\n        {body}\n"
STARTS = BASE.format(body="threading.Thread(target=print).start()")
QUIET = BASE.format(body="pass")
HEIR = "from base import Base\nclass Heir(Base):\n    def __init__(self):\n        self.open()\n"
APP = "from flask import Flask\nfrom heir import Heir\napp = Flask(__name__)\nheir = Heir()\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").touch()
    for name, text in {"app": APP, "heir": HEIR, "base": STARTS}.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def read_anew(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that are parsed from now on."""
    texts: list[str] = []

    def noting(modules: list[tuple[str, bool]], processes: int) -> object:
        texts.extend(text for text, _ in modules)
        return said_by(modules, processes)

    monkeypatch.setattr(reading, "said_by", noting)
    return texts


def check(settings: Settings = KEPT, *paths: str) -> Result:
    return check_project([Path(path) for path in paths or (".",)], settings)


def codes(result: Result) -> list[str]:
    return [finding.code for finding in result.findings]


def pack(project: Path) -> Path:
    (file,) = (project / ".reloadlint_cache" / "modules").iterdir()
    return file


def test_only_the_file_that_changed_is_parsed_again(project: Path, read_anew: list[str]) -> None:
    check()
    assert sorted(read_anew) == sorted([APP, HEIR, STARTS])
    read_anew.clear()
    (project / "base.py").write_text(QUIET, encoding="utf-8")
    assert codes(check()) == []
    assert read_anew == [QUIET]


def test_change_two_modules_away_changes_the_finding(project: Path) -> None:
    assert codes(check()) == ["RL101"]
    (project / "base.py").write_text(QUIET, encoding="utf-8")
    assert codes(check()) == []
    (project / "base.py").write_text(STARTS, encoding="utf-8")
    assert codes(check()) == ["RL101"]


def test_other_settings_parse_nothing_again(project: Path, read_anew: list[str]) -> None:
    assert codes(check()) == ["RL101"]
    read_anew.clear()
    assert codes(check(Settings(follow_installed=False, ignore=("RL101",)))) == []
    assert read_anew == []


def test_run_over_one_file_leaves_the_others_for_the_next(
    project: Path, read_anew: list[str]
) -> None:
    """As pre-commit asks for one file, and an editor or CI for all."""
    assert codes(check(KEPT, "app.py")) == ["RL101"]
    read_anew.clear()
    assert codes(check()) == ["RL101"]
    assert APP not in read_anew


def test_file_that_was_moved_is_not_taken_for_the_old_one(project: Path) -> None:
    check()
    (project / "base.py").rename(project / "basis.py")
    assert codes(check()) == []


def test_removed_files_are_forgotten(project: Path) -> None:
    (project / "more.py").write_text(STARTS * 50, encoding="utf-8")
    check()
    before = pack(project).stat().st_size
    (project / "more.py").unlink()
    check()
    assert pack(project).stat().st_size < before


@pytest.mark.parametrize("keep", [0, 1, 20, 100, -1])
def test_pack_that_is_cut_off_costs_the_work_only(project: Path, keep: int) -> None:
    expected = check()
    pack(project).write_bytes(pack(project).read_bytes()[:keep])
    (project / "other.py").touch()
    assert check().findings == expected.findings


def test_pack_whose_facts_are_none_is_left_aside(project: Path) -> None:
    """Sealed as ours are, so that only its content is wrong."""
    expected = check()
    store = Store(project / ".reloadlint_cache", "modules")
    data, seal = store.read(pack(project).name) or b"", edition().encode()
    content = msgspec.msgpack.decode(data.removeprefix(seal))
    for entry in content.values():
        entry[2] = {"no": "facts"}
    store.write(pack(project).name, seal + msgspec.msgpack.encode(content))
    (project / "other.py").touch()
    assert check().findings == expected.findings


@pytest.mark.parametrize("data", [b"", b"\xc1", b"\x80", b"\x91\x01", msgspec.msgpack.encode("x")])
def test_pack_that_is_something_else_is_left_aside(project: Path, data: bytes) -> None:
    expected = check()
    store = Store(project / ".reloadlint_cache", "modules")
    store.write(pack(project).name, edition().encode() + data)
    (project / "other.py").touch()
    assert check().findings == expected.findings


def test_facts_come_back_as_they_were(tmp_path: Path) -> None:
    text = "x: int = f(*a, **{'k': [1, None, 2.5, True, 'é', ...]})\nclass A(B, m=C): pass\n"
    imports, facts = parsed(text)
    kept = KeptModules(tmp_path, tmp_path)
    kept.put("a.py", text, Said(imports, facts))
    kept.save(["a.py"])
    again = KeptModules(tmp_path, tmp_path).get("a.py", text, with_facts=True)
    assert again is not None
    assert again.imports == imports
    assert isinstance(again.facts, Packed)
    opened = again.facts.open()
    assert isinstance(opened, ModuleFacts)
    assert opened == facts
    assert KeptModules(tmp_path, tmp_path / "b").get("a.py", text, with_facts=True) is None


def test_facts_too_deep_to_be_kept_are_made_again(project: Path) -> None:
    deep = "import flask\nx = " + "-" * 150 + "1\n" + "y = " + "(" * 150 + "1" + ",)" * 150 + "\n"
    (project / "deep.py").write_text(deep, encoding="utf-8")
    assert check(KEPT).findings == check(FRESH).findings
    (project / "other.py").touch()
    assert check(KEPT).findings == check(FRESH).findings


def test_number_of_projects_in_a_shared_folder_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_modules, "MOST_PROJECTS", 3)
    for number in range(6):
        kept = KeptModules(tmp_path / "kept", tmp_path / str(number))
        kept.put("a.py", "x = 1\n", Said(*parsed("x = 1\n")))
        kept.save(["a.py"])
    assert len(list((tmp_path / "kept" / "modules").iterdir())) == 3


NAMES = ("app.py", "heir.py", "base.py", "second.py")
TEXTS = (APP, HEIR, STARTS, QUIET, APP.replace("heir = ", "x = "), "", "def (:\n", "import app\n")
EDITS = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from((None, *TEXTS)), st.booleans()),
    min_size=1,
    max_size=6,
)


@given(edits=EDITS)
@examples(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_cached_run_equals_a_fresh_one_after_any_edits(
    project: Path, edits: list[tuple[str, str | None, bool]]
) -> None:
    """Files change, come and go; runs over all files and over one take turns."""
    for name, text, one in edits:
        path = project / name
        path.unlink(missing_ok=True) if text is None else path.write_text(text, encoding="utf-8")
        paths = [name] if one and text is not None else ["."]
        fresh = check(FRESH, *paths)
        assert check(KEPT, *paths) == fresh


def test_text_that_only_stands_for_a_file_is_not_kept(project: Path, read_anew: list[str]) -> None:
    """What an editor hands over on standard input is not what the next run reads."""
    check()
    text = SourceFile(project / "base.py", "base.py", QUIET)
    assert codes(check_project([Path()], KEPT, stdin=text)) == []
    read_anew.clear()
    (project / "other.py").touch()
    assert codes(check()) == ["RL101"]
    assert read_anew == [""]


def test_another_reloadlint_reads_everything_anew(
    project: Path, read_anew: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A checkout changes what facts say without a new version."""
    check()
    read_anew.clear()
    monkeypatch.setattr(kept_modules, "edition", lambda: "another")
    (project / "other.py").touch()
    check()
    assert sorted(read_anew) == sorted(["", APP, HEIR, STARTS])
