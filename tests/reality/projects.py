"""The small Flask projects that tests read, check and load: fixtures and examples."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from reality import expectations
from reality.expectations import Expected

TESTS = Path(__file__).resolve().parent.parent
FIXTURES = TESTS / "fixtures" / "check"
EXAMPLES = TESTS.parent / "examples"

RELOADER_WORDS = (b"WERKZEUG_RUN_MAIN", b"is_running_from_reloader")

# Per example: file, the line as it stands there, code, effects, severity.
EXAMPLE_FINDINGS = {
    "clean": [],
    "factory": [
        ("shop/extensions.py", "mailer.start()", "RL101", ("thread",), "warning"),
        ("shop/orders.py", "connection = sqlite3.connect(", "RL106", ("dbfile",), "warning"),
        ("wsgi.py", "app = create_app()", "RL103", ("listen", "thread"), "error"),
    ],
    "queue_thread": [("app.py", "db = MyDBClass(", "RL101", ("thread",), "error")],
    "shared_connection": [
        ("app.py", "db = sqlite3.connect(", "RL106", ("dbfile",), "warning"),
    ],
    "two_modules": [("app.py", "db = MyDBClass(", "RL101", ("thread",), "error")],
}


@dataclass(frozen=True)
class Project:
    """A folder with a Flask application, and what `check` must say about it.

    Beside its modules the folder may hold: `static`, one line that says why it cannot be loaded
    in a test; `entries`, the modules that a server would load, if not `app` and `wsgi`; `environ`,
    variables (`NAME=value`) under which what is only likely turns out the other way; `inherited`,
    those that the reloader's child has from its parent; `trace`, one sentence that says why what is
    traced differs from what `effects` and `check` say; `until`, the last Python on which it does
    what its comments say.
    """

    folder: Path
    findings: tuple[Expected, ...]

    @property
    def name(self) -> str:
        """The folder's name, which says what the project is about."""
        return self.folder.name

    @property
    def expected(self) -> list[Expected]:
        """What `check` reports by default."""
        return [want for want in self.findings if want.code != "RL107"]

    @property
    def transient(self) -> list[Expected]:
        """What begins and ends while the project is loaded."""
        return [want for want in self.findings if want.code == "RL107"]

    @property
    def is_of_this_python(self) -> bool:
        """Whether the project does what its comments say on the running Python."""
        version = self._text("until").partition(":")[0]
        return not version or tuple(map(int, version.split("."))) >= sys.version_info[:2]

    @property
    def static(self) -> str | None:
        """Why the project cannot be loaded here, or None if it can."""
        return self._text("static").strip() or None

    @property
    def difference(self) -> str | None:
        """Why trace, effects and findings do not agree, or None if they must."""
        return self._text("trace").strip() or None

    @property
    def entries(self) -> list[str]:
        """The modules that a server would load."""
        usual = [name for name in ("app", "wsgi") if (self.folder / f"{name}.py").exists()]
        return self._text("entries").split() or usual

    @property
    def environ(self) -> dict[str, str]:
        """Variables under which what is only likely turns out the other way."""
        return self._variables("environ")

    @property
    def inherited(self) -> dict[str, str]:
        """Variables that the application sets, so that the reloader's child has them."""
        return self._variables("inherited")

    @property
    def scripts(self) -> list[str]:
        """The entry modules that can be run as a script, too."""
        files = (f"{name}.py" for name in self.entries)
        return [file for file in files if b"__main__" in self._bytes(file)]

    @property
    def knows_reloader(self) -> bool:
        """Whether a module asks in which of the reloader's two processes it is."""
        if self.inherited:
            return True
        texts = (file.read_bytes() for file in self.folder.rglob("*.py"))
        return any(word in text for text in texts for word in RELOADER_WORDS)

    def _variables(self, file: str) -> dict[str, str]:
        return dict(line.split("=", 1) for line in self._text(file).splitlines())

    def _text(self, file: str) -> str:
        return self._bytes(file).decode()

    def _bytes(self, file: str) -> bytes:
        path = self.folder / file
        return path.read_bytes() if path.exists() else b""


def fixtures() -> list[Project]:
    """Return the projects in `tests/fixtures/check`, by name."""
    folders = [folder for folder in sorted(FIXTURES.iterdir()) if folder.is_dir()]
    found = [Project(folder, tuple(expectations.in_folder(folder))) for folder in folders]
    return [project for project in found if project.is_of_this_python]


def examples() -> list[Project]:
    """Return the projects in `examples`, by name."""
    return [_example(EXAMPLES / name) for name in sorted(EXAMPLE_FINDINGS)]


def _example(folder: Path) -> Project:
    findings = EXAMPLE_FINDINGS[folder.name]
    wanted = (
        Expected(path, _line_of(folder / path, text), code, effects, severity=severity)
        for path, text, code, effects, severity in findings
    )
    return Project(folder, tuple(wanted))


def _line_of(file: Path, start: str) -> int:
    lines = file.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if line.startswith(start))
