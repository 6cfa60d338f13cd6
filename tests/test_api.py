"""The public functions: what they give, what they import, and that their examples are true."""

from __future__ import annotations

import doctest
import re
import subprocess
import sys
from pathlib import Path

import pytest

import reloadlint

ROOT = Path(__file__).resolve().parent.parent

HAZARD = "import threading\nimport flask\nthreading.Thread(target=print).start()\n"
UNUSED = "import flask\nx = 1  # reloadlint: ignore[RL101]\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "reloadlint.toml").write_text("cache = false")
    (tmp_path / "app.py").write_text(HAZARD)
    (tmp_path / "old.py").write_text(UNUSED)
    return tmp_path


def codes(result: reloadlint.Result) -> list[str]:
    return [finding.code for finding in result.findings]


def test_check_takes_a_path_or_several(project: Path) -> None:
    assert codes(reloadlint.check()) == ["RL101", "RL900"]
    assert codes(reloadlint.check("app.py")) == ["RL101"]
    assert codes(reloadlint.check(project / "old.py")) == ["RL900"]
    assert codes(reloadlint.check(["old.py", project / "app.py"])) == ["RL101", "RL900"]


def test_settings_are_the_files_unless_given(project: Path) -> None:
    (project / "reloadlint.toml").write_text('cache = false\nignore = ["RL9"]')
    assert codes(reloadlint.check()) == ["RL101"]
    assert codes(reloadlint.check(settings=reloadlint.Settings(cache=False))) == ["RL101", "RL900"]
    assert reloadlint.load_settings(config=["select=['RL4']"]).select == ("RL4",)


def test_result_says_how_much_was_read(project: Path) -> None:
    summary = reloadlint.check().summary
    assert (summary.files, summary.flask_modules, summary.findings) == (2, 2, 2)


def test_fix_writes_only_if_asked(project: Path) -> None:
    repair = reloadlint.fix("old.py")
    assert [change.text for change in repair.changes] == ["import flask\nx = 1\n"]
    assert (project / "old.py").read_text() == UNUSED
    assert not reloadlint.fix("old.py", write=True).left
    assert (project / "old.py").read_text() == "import flask\nx = 1\n"
    assert (project / "app.py").read_text() == HAZARD


def test_fix_tells_what_is_left(project: Path) -> None:
    (outcome,) = reloadlint.fix("app.py", write=True).outcomes
    assert outcome.finding.code == "RL101"
    assert outcome.reason
    assert (project / "app.py").read_text() == HAZARD


def test_path_that_is_not_there_is_a_usage_error(project: Path) -> None:
    with pytest.raises(reloadlint.UsageError, match=r"gone\.py: no such file or folder"):
        reloadlint.check("gone.py")
    with pytest.raises(reloadlint.UsageError, match="unknown key `exlude`"):
        reloadlint.load_settings(config=["exlude=[]"])


def test_every_public_name_is_there() -> None:
    assert [name for name in reloadlint.__all__ if not hasattr(reloadlint, name)] == []
    assert set(reloadlint.__all__) <= set(dir(reloadlint))
    with pytest.raises(AttributeError, match="has no attribute 'chekc'"):
        reloadlint.chekc  # noqa: B018 - the access is what is tested


@pytest.mark.parametrize("code", ["import reloadlint", "from reloadlint import check, Settings"])
def test_import_brings_nothing_heavy(code: str) -> None:
    heavy = "{'libcst', 'rich', 'click', 'pygments'}"
    program = f"import sys\n{code}\nsys.exit(str({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.stderr == "set()\n"


def test_example_of_the_docstring_is_true(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert doctest.testmod(reloadlint).failed == 0


@pytest.mark.parametrize("page", ["docs/api.md"])
def test_examples_of_the_docs_run(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    text = (ROOT / page).read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.+?)```", text, re.DOTALL)
    assert blocks
    for block in blocks:
        names: dict[str, object] = {}
        exec(compile(block, page, "exec"), names)
        for name, value in list(names.items()):
            if name.startswith("test_") and callable(value):
                value()
