"""Reports that were drawn before are the same as if they were drawn anew."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from reloadlint.findings import Result
from reloadlint.linter import check_project
from reloadlint.reporting import FORMATS, Style, kept, render
from reloadlint.reporting.kept import KeptReports
from reloadlint.settings import Settings

SOURCE = "import threading\nfrom flask import Flask\napp = Flask(__name__)\n"
START = "threading.Thread(target=app.run, name='\\udce4 日').start()\n"


@pytest.fixture
def result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Result:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "app.py").write_text(SOURCE + START, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return check_project([Path()], Settings(cache=False))


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The formats that are rendered from now on."""
    formats: list[str] = []

    def noting(output_format: str, result: Result, style: Style) -> str:
        formats.append(output_format)
        return render(output_format, result, style)

    monkeypatch.setattr(kept, "render", noting)
    return formats


@pytest.mark.parametrize("style", [Style(), Style(color=True, width=60), Style(unicode=False)])
@pytest.mark.parametrize("output_format", FORMATS)
def test_second_report_is_the_first(
    result: Result, output_format: str, style: Style, tmp_path: Path
) -> None:
    expected = render(output_format, result, style)
    for _ in range(2):
        assert KeptReports(tmp_path / "cache").render(output_format, result, style) == expected


def test_what_was_drawn_is_not_drawn_again(
    result: Result, drawn: list[str], tmp_path: Path
) -> None:
    for _ in range(2):
        KeptReports(tmp_path).render("full", result, Style())
    assert drawn == ["full"]


def test_other_style_source_or_edition_is_drawn_anew(
    result: Result, drawn: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports = KeptReports(tmp_path)
    other = msgspec.structs.replace(result, sources={"app.py": SOURCE + START + "# more\n"})
    reports.render("full", result, Style())
    reports.render("full", result, Style(width=60))
    reports.render("full", other, Style())
    monkeypatch.setattr(kept, "edition", lambda: "another")
    reports.render("full", result, Style())
    assert len(drawn) == 4


def test_formats_for_programs_are_not_kept(result: Result, tmp_path: Path) -> None:
    for output_format in FORMATS.keys() - {"full"}:
        KeptReports(tmp_path / "cache").render(output_format, result, Style())
    assert not (tmp_path / "cache").exists()


def test_nothing_is_kept_without_a_folder(result: Result, drawn: list[str], tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())
    for _ in range(2):
        KeptReports(None).render("full", result, Style())
    assert drawn == ["full", "full"]
    assert sorted(tmp_path.iterdir()) == before


def test_damaged_report_is_drawn_anew(result: Result, drawn: list[str], tmp_path: Path) -> None:
    expected = KeptReports(tmp_path).render("full", result, Style())
    (file,) = (tmp_path / "reports").iterdir()
    file.write_bytes(file.read_bytes()[:-1])
    assert KeptReports(tmp_path).render("full", result, Style()) == expected
    assert len(drawn) == 2
