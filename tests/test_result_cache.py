"""Results that are kept between runs are those of a fresh run, whatever happened in between."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from reloadlint import result_cache
from reloadlint.discovery.start_files import START_FILE
from reloadlint.findings import Result
from reloadlint.fixes.app_factory import serving as factories
from reloadlint.fixes.guarding import served as guarding
from reloadlint.linter import check_project
from reloadlint.linter.checking import Check
from reloadlint.reporting import Style, render
from reloadlint.settings import Settings

APP = "from flask import Flask\nfrom db import Db\napp = Flask(__name__)\ndb = Db()\n"
STARTS = (
    "import threading\nclass Db:\n    def __init__(self):\n"
    "        threading.Thread(target=print).start()\n"
)
DOES_NOTHING = "class Db:\n    pass\n"
ALONE = Settings(follow_installed=False)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").touch()
    (folder / "app.py").write_text(APP, encoding="utf-8")
    (folder / "db.py").write_text(STARTS, encoding="utf-8")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The roots of the projects that are analysed from now on, and not taken from the cache."""
    roots: list[Path] = []
    analyse = Check.project

    def noting(self: Check, root: Path, wanted: list[Path]) -> object:
        roots.append(root)
        return analyse(self, root, wanted)

    monkeypatch.setattr(Check, "project", noting)
    return roots


def check(settings: Settings = ALONE, *paths: str) -> Result:
    return check_project([Path(path) for path in paths or (".",)], settings)


def codes(result: Result) -> list[str]:
    return [finding.code for finding in result.findings]


def kept(project: Path) -> list[Path]:
    return sorted((project / ".reloadlint_cache" / "results").iterdir())


@pytest.mark.parametrize("output_format", ["full", "concise", "json"])
def test_second_run_says_the_same_and_analyses_nothing(
    project: Path, checked: list[Path], output_format: str
) -> None:
    first, second = check(), check()
    assert checked == [project]
    style = Style(width=80)
    assert render(output_format, second, style) == render(output_format, first, style)
    assert codes(second) == ["RL101"]


def test_change_of_another_module_changes_the_finding(project: Path) -> None:
    assert codes(check()) == ["RL101"]
    (project / "db.py").write_text(DOES_NOTHING, encoding="utf-8")
    assert codes(check()) == []
    (project / "db.py").write_text(STARTS, encoding="utf-8")
    assert codes(check()) == ["RL101"]


def test_change_that_keeps_size_and_time_is_seen(project: Path) -> None:
    check()
    before = (project / "db.py").stat()
    (project / "db.py").write_text(STARTS.replace(".start()", ".stats()"), encoding="utf-8")
    os.utime(project / "db.py", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert codes(check()) == []


def test_new_file_that_hides_the_module_is_seen(project: Path) -> None:
    assert codes(check()) == ["RL101"]
    (project / "db").mkdir()
    (project / "db" / "__init__.py").write_text(DOES_NOTHING, encoding="utf-8")
    assert codes(check()) == []


def test_other_settings_have_another_result(project: Path) -> None:
    assert codes(check()) == ["RL101"]
    assert codes(check(Settings(follow_installed=False, ignore=("RL101",)))) == []


def test_other_paths_have_another_result(project: Path) -> None:
    assert codes(check()) == ["RL101"]
    assert codes(check(ALONE, "db.py")) == []


def test_paths_are_shown_from_where_one_is(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert check().findings[0].path == "app.py"
    monkeypatch.chdir(project.parent)
    assert check(ALONE, "project").findings[0].path == "project/app.py"


def test_change_of_a_library_is_seen(project: Path, tmp_path: Path) -> None:
    library = tmp_path / "env" / "lib" / "python3.12" / "site-packages" / "queued.py"
    library.parent.mkdir(parents=True)
    library.write_text(STARTS, encoding="utf-8")
    (project / "db.py").write_text("from queued import Db\n", encoding="utf-8")
    settings = Settings(python=str(tmp_path / "env"))
    assert codes(check(settings)) == ["RL101"]
    library.write_text(DOES_NOTHING, encoding="utf-8")
    assert codes(check(settings)) == []


def test_library_that_is_installed_later_is_seen(project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "env" / "lib" / "python3.12" / "site-packages"
    folder.mkdir(parents=True)
    (project / "db.py").write_text("from queued import Db\n", encoding="utf-8")
    settings = Settings(python=str(tmp_path / "env"))
    assert codes(check(settings)) == []
    (folder / "queued.py").write_text(STARTS, encoding="utf-8")
    assert codes(check(settings)) == ["RL101"]


def test_file_that_cannot_be_parsed_is_reported_again(project: Path) -> None:
    (project / "broken.py").write_text("def (:\n", encoding="utf-8")
    first, second = check(), check()
    assert codes(first) == codes(second) == ["RL101", "RL901"]
    assert first.sources == second.sources


def test_file_that_cannot_be_decoded_is_reported_again(project: Path) -> None:
    (project / "broken.py").write_bytes(b"x = '\xff'\n")
    assert codes(check()) == codes(check()) == ["RL101", "RL901"]


@pytest.mark.parametrize("content", [b"", b"\x93", b"no data", b"\xc1" * 100])
def test_damaged_cache_costs_the_work_only(
    project: Path, checked: list[Path], content: bytes
) -> None:
    expected = check()
    for file in kept(project):
        file.write_bytes(content)
    assert check() == expected
    assert len(checked) == 2


def test_nothing_is_kept_without_a_cache(project: Path, checked: list[Path]) -> None:
    settings = Settings(follow_installed=False, cache=False)
    check(settings)
    check(settings)
    assert len(checked) == 2
    assert not (project / ".reloadlint_cache").exists()


def test_cache_is_kept_in_the_folder_that_is_named(project: Path, tmp_path: Path) -> None:
    check(Settings(follow_installed=False, cache_dir=str(tmp_path / "kept")))
    assert (tmp_path / "kept" / "results").is_dir()
    assert not (project / ".reloadlint_cache").exists()


def test_cache_that_cannot_be_written_costs_the_work_only(
    project: Path, checked: list[Path]
) -> None:
    (project / ".reloadlint_cache").touch()
    assert codes(check()) == codes(check()) == ["RL101"]
    assert len(checked) == 2


def test_cache_is_left_out_of_version_control(project: Path) -> None:
    check()
    assert "*" in (project / ".reloadlint_cache" / ".gitignore").read_text("utf-8").splitlines()


def test_oldest_results_are_forgotten(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(result_cache, "MOST_RESULTS", 3)
    for number in range(6):
        (project / "other.py").write_text(f"x = {number}\n", encoding="utf-8")
        check()
    assert len(kept(project)) == 3


EDITS = st.lists(
    st.tuples(
        st.sampled_from(["app.py", "db.py", "more.py"]),
        st.sampled_from([APP, STARTS, DOES_NOTHING, STARTS + "db = Db()\n", "", "def (:\n"]),
    ),
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
    project: Path, edits: list[tuple[str, str]]
) -> None:
    for name, text in edits:
        (project / name).write_text(text, encoding="utf-8")
        fresh = check(Settings(follow_installed=False, cache=False))
        assert check() == fresh
        assert check() == fresh


def test_file_that_says_how_the_program_is_started_counts(project: Path) -> None:
    """What a fix may do depends on it, and the report tells."""

    def reason() -> str:
        (finding,) = check().findings
        assert finding.fix is not None
        return finding.fix.reason or ""

    (project / "app.py").write_text(
        "import threading\nfrom flask import Flask\napp = Flask(__name__)\n"
        "def work():\n    while True:\n        pass\n\n"
        "threading.Thread(target=work, daemon=True).start()\n\n"
        'if __name__ == "__main__":\n    app.run(debug=True)\n',
        encoding="utf-8",
    )
    assert "Procfile" not in reason()
    (project / "Procfile").write_text("web: gunicorn app:app\n", encoding="utf-8")
    assert "Procfile" in reason()
    (project / "Procfile").unlink()
    assert "Procfile" not in reason()


@pytest.mark.parametrize("name", ["Procfile", "deploy/app.service", "README.md", ".flaskenv"])
def test_names_of_start_files_are_known_to_the_cache(name: str) -> None:
    """The patterns of those who read them are narrower than that of who watches them."""
    last = name.rpartition("/")[2]
    assert START_FILE.fullmatch(last)
    assert guarding._NAMES.fullmatch(last)
    assert factories._NAMES.fullmatch(last)


def test_other_files_beside_the_source_do_not_count(project: Path, checked: list[Path]) -> None:
    check()
    (project / "logo.png").write_bytes(b"x")
    check()
    assert len(checked) == 1


def test_result_is_not_kept_if_a_file_changes_meanwhile(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would stand for a text that it wasn't made of."""
    analyse = Check.project

    def interrupted(self: Check, root: Path, wanted: list[Path]) -> object:
        (project / "db.py").write_text(DOES_NOTHING, encoding="utf-8")
        return analyse(self, root, wanted)

    with monkeypatch.context() as patch:
        patch.setattr(Check, "project", interrupted)
        assert codes(check()) == []
    (project / "db.py").write_text(STARTS, encoding="utf-8")
    assert codes(check()) == ["RL101"]
