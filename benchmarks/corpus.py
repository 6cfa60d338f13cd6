"""Try reloadlint on pinned real packages, and compare what it finds with what readers said.

    python benchmarks/corpus.py fetch         download and unpack what corpus.toml names
    python benchmarks/corpus.py check         run `reloadlint check` and compare with verdicts.toml
    python benchmarks/corpus.py list [--new]  print findings as entries for verdicts.toml
    python benchmarks/corpus.py fix           fix copies; nothing else may change, all must load

`check` exits with 0 if each finding has a verdict and each verdict holds, with 1 if one does not
or if reloadlint itself failed, and with 2 on wrong usage. No code of a package is run, except by
`fix --python ENV`, which imports what it has changed before and after (see fixing.py).
`check --python ENV` looks into the libraries that are installed in ENV as well, and then expects
the verdicts that say `libraries = true`, too.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

HERE = Path(__file__).resolve().parent
CORPUS = HERE.parent / "corpus"
CHECK = ("check", "--output-format", "json", "--isolated", "--no-cache", "--exit-zero", ".")
VERDICTS = ("true", "false")
TIMEOUT = 1800.0


class UsageError(Exception):
    """Something is missing or wrong that the caller has to put right."""


class CheckError(Exception):
    """reloadlint failed on a package, or printed what is no report."""


@dataclass(frozen=True)
class Package:
    """A pinned wheel."""

    name: str
    version: str
    sha256: str

    @property
    def folder(self) -> str:
        """Where it is unpacked, below the corpus folder."""
        return f"{self.name}-{self.version}"


class Key(NamedTuple):
    """What joins a finding and its verdict."""

    package: str
    path: str
    line: int
    code: str

    def __str__(self) -> str:
        return f"{self.package}: {self.path}:{self.line} {self.code}"


@dataclass(frozen=True)
class Found:
    """A finding of a run."""

    key: Key
    message: str


@dataclass(frozen=True)
class Verdict:
    """What a reader of the source said of a finding.

    `libraries`: it is found only where the package's dependencies are installed.
    """

    key: Key
    holds: bool
    why: str
    libraries: bool = False


@dataclass(frozen=True)
class Report:
    """What one run of `check` over a package said."""

    package: str
    findings: tuple[Found, ...]
    files: int
    flask_modules: int
    seconds: float = 0.0


@dataclass
class Comparison:
    """Where findings and verdicts differ."""

    unread: list[Found] = field(default_factory=list)
    false_alarms: list[tuple[Found, Verdict]] = field(default_factory=list)
    lost: list[Verdict] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing differs and nothing failed."""
        return not (self.unread or self.false_alarms or self.lost or self.failures)


# --- reading what is written down ---------------------------------------------------------------


def read_toml(path: Path, table: str) -> list[dict[str, Any]]:
    """Return the entries of one array of tables."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}") from error
    entries = document.pop(table, [])
    if document:
        raise UsageError(f"{path}: unknown key {next(iter(document))!r}")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise UsageError(f"{path}: {table!r} must be written [[{table}]]")
    return entries


def entry_fields(
    where: str, entry: dict[str, Any], kinds: dict[str, type], optional: Sequence[str] = ()
) -> dict[str, Any]:
    """Check that an entry has exactly these keys, each of its kind, none of them empty."""
    for key, kind in kinds.items():
        if key not in entry:
            if key in optional:
                continue
            raise UsageError(f"{where}: {key!r} is missing")
        if type(entry[key]) is not kind:
            raise UsageError(f"{where}: {key!r} must be of type {kind.__name__}")
        if not entry[key]:
            raise UsageError(f"{where}: {key!r} is empty")
    for key in entry:
        if key not in kinds:
            raise UsageError(f"{where}: unknown key {key!r}")
    return entry


def load_packages(path: Path) -> list[Package]:
    """Return the pinned packages of a corpus.toml."""
    kinds: dict[str, type] = {"name": str, "version": str, "sha256": str}
    return [
        Package(**entry_fields(f"{path.name}: package {number}", entry, kinds))
        for number, entry in enumerate(read_toml(path, "package"), start=1)
    ]


def load_verdicts(path: Path, packages: Iterable[str]) -> dict[Key, Verdict]:
    """Return the verdicts of a verdicts.toml; each must be of a known package."""
    kinds: dict[str, type] = {
        "package": str,
        "path": str,
        "line": int,
        "code": str,
        "verdict": str,
        "why": str,
        "libraries": bool,
    }
    known = set(packages)
    verdicts: dict[Key, Verdict] = {}
    for number, entry in enumerate(read_toml(path, "finding"), start=1):
        where = f"{path.name}: finding {number}"
        said = entry_fields(where, entry, kinds, optional=("libraries",))
        key = Key(said["package"], said["path"], said["line"], said["code"])
        if key.package not in known:
            raise UsageError(f"{where}: the corpus has no package {key.package!r}")
        if said["verdict"] not in VERDICTS:
            raise UsageError(f"{where}: 'verdict' must be one of {VERDICTS}")
        if key in verdicts:
            raise UsageError(f"{where}: second verdict on {key}")
        libraries = said.get("libraries", False)
        verdicts[key] = Verdict(key, said["verdict"] == "true", said["why"], libraries)
    return verdicts


def choose(packages: Sequence[Package], names: Sequence[str]) -> list[Package]:
    """Return the packages of these names, all of them if there are no names."""
    by_name = {package.name: package for package in packages}
    unknown = [name for name in names if name not in by_name]
    if unknown:
        there = ", ".join(by_name)
        raise UsageError(f"no package {unknown[0]!r} in the corpus; there are: {there}")
    return [by_name[name] for name in names] or list(packages)


# --- fetching -----------------------------------------------------------------------------------


def download(package: Package, folder: Path) -> Path:
    """Download the pinned wheel into a folder and return its path."""
    pin = folder / "requirements.txt"
    pin.write_text(
        f"{package.name}=={package.version} --hash=sha256:{package.sha256}\n", encoding="utf-8"
    )
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet")
    options = ("--no-deps", "--only-binary", ":all:", "--ignore-requires-python")
    done = subprocess.run(
        (*pip, *options, "--dest", str(folder), "--requirement", str(pin)),
        check=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    wheels = list(folder.glob("*.whl"))
    if done.returncode or len(wheels) != 1:
        raise UsageError(f"pip did not get {package.folder}:\n{done.stderr.strip()}")
    return wheels[0]


def fetch(package: Package, corpus: Path) -> bool:
    """Unpack a package below the corpus folder; return False if it is there already."""
    target = corpus / package.folder
    if target.exists():
        return False
    corpus.mkdir(parents=True, exist_ok=True)
    # Unpacked beside its place and then renamed: a folder that is there is complete.
    with tempfile.TemporaryDirectory(dir=corpus, prefix=".fetch-") as scratch:
        wheel = download(package, Path(scratch))
        unpacked = Path(scratch) / "unpacked"
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(unpacked)
        unpacked.rename(target)
    return True


# --- running ------------------------------------------------------------------------------------


def parse_report(package: str, text: str) -> Report:
    """Read the JSON of `check`."""
    try:
        document = json.loads(text)
        findings = tuple(
            Found(
                Key(package, finding["path"], finding["line"], finding["code"]), finding["message"]
            )
            for finding in document["findings"]
        )
        summary = document["summary"]
        report = Report(package, findings, summary["files"], summary["flask_modules"])
    except (ValueError, KeyError, TypeError) as error:
        raise CheckError(f"{package}: the output is no report ({error!r})") from error
    if not report.files:
        raise CheckError(f"{package}: no file was checked")
    return report


def run_check(package: Package, corpus: Path, python: Path | None = None) -> Report:
    """Run `reloadlint check` over a package, with the libraries of that environment if any."""
    folder = corpus / package.folder
    if not folder.is_dir():
        raise UsageError(f"{folder} is not there: run 'python benchmarks/corpus.py fetch' first")
    started = time.perf_counter()
    try:
        # -I: what lies in the package's folder must not be imported in place of a library.
        done = subprocess.run(
            (sys.executable, "-I", "-m", "reloadlint", *CHECK, *with_libraries(python)),
            cwd=folder,
            check=False,
            capture_output=True,
            encoding="utf-8",
            timeout=TIMEOUT,
        )
    except subprocess.TimeoutExpired as error:
        raise CheckError(f"{package.name}: not done after {TIMEOUT:.0f} s") from error
    seconds = time.perf_counter() - started
    if done.returncode:
        tail = "\n".join(done.stderr.strip().splitlines()[-5:])
        raise CheckError(f"{package.name}: exit status {done.returncode}\n{tail}".rstrip())
    report = parse_report(package.name, done.stdout)
    return Report(report.package, report.findings, report.files, report.flask_modules, seconds)


def with_libraries(python: Path | None) -> tuple[str, ...]:
    """Return the options that say whose installed libraries are meant: none but those named."""
    return ("--no-follow-installed",) if python is None else ("--python", str(python.absolute()))


def run_all(
    packages: Iterable[Package], run: Callable[[Package], Report]
) -> tuple[list[Report], list[str]]:
    """Run over each package; return the reports, and what failed."""

    def attempt(package: Package) -> Report | str:
        try:
            return run(package)
        except CheckError as error:
            return str(error)

    outcomes = [attempt(package) for package in packages]
    return (
        [outcome for outcome in outcomes if isinstance(outcome, Report)],
        [outcome for outcome in outcomes if isinstance(outcome, str)],
    )


def compare(
    reports: Iterable[Report],
    verdicts: dict[Key, Verdict],
    failures: Iterable[str] = (),
    *,
    libraries: bool = False,
) -> Comparison:
    """Hold what was found against the verdicts on the packages that were checked.

    `libraries`: whether their dependencies were installed.
    """
    result = Comparison(failures=list(failures))
    checked: set[str] = set()
    found: set[Key] = set()
    for report in reports:
        checked.add(report.package)
        for finding in report.findings:
            if finding.key in found:
                continue
            found.add(finding.key)
            verdict = verdicts.get(finding.key)
            if verdict is None:
                result.unread.append(finding)
            elif not verdict.holds:
                result.false_alarms.append((finding, verdict))
    result.lost.extend(
        verdict
        for key, verdict in sorted(verdicts.items())
        if verdict.holds
        and key.package in checked
        and key not in found
        and (libraries or not verdict.libraries)
    )
    return result


# --- printing -----------------------------------------------------------------------------------


def table(reports: Sequence[Report]) -> list[str]:
    """Return one line for each package."""
    width = max([len("package"), *(len(report.package) for report in reports)])
    lines = [f"{'package':{width}}  files  flask  findings  seconds"]
    lines.extend(
        f"{report.package:{width}}  {report.files:5}  {report.flask_modules:5}"
        f"  {len(report.findings):8}  {report.seconds:7.1f}"
        for report in reports
    )
    return lines


def explain(result: Comparison) -> list[str]:
    """Return what differs, each kind under its heading."""
    sections = (
        ("reloadlint failed", result.failures),
        ("finding without a verdict", [f"{f.key} {f.message}" for f in result.unread]),
        (
            "known false alarm is back",
            [f"{f.key} {f.message}\n  why it is none: {v.why}" for f, v in result.false_alarms],
        ),
        ("true finding lost", [f"{v.key}\n  why it is one: {v.why}" for v in result.lost]),
    )
    lines: list[str] = []
    for heading, entries in sections:
        if entries:
            lines += ["", f"{heading}: {len(entries)}"]
            lines += [f"  {line}" for entry in entries for line in entry.splitlines()]
    return lines


def stub(finding: Found) -> str:
    """Return an entry for verdicts.toml that lacks the verdict and the reason."""
    package, path, line, code = finding.key
    # A JSON string is a TOML basic string, but for DEL, which no path of a wheel has.
    message = " ".join(finding.message.split())
    return "\n".join(
        (
            f"# {message}",
            "[[finding]]",
            f"package = {json.dumps(package)}",
            f"path = {json.dumps(path, ensure_ascii=False)}",
            f"line = {line}",
            f"code = {json.dumps(code)}",
            'verdict = ""',
            'why = ""',
        )
    )


# --- commands -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Options:
    """What the command line said."""

    command: str
    packages: list[Package]
    verdicts: Path
    corpus: Path
    known: list[str]
    python: Path | None = None
    new: bool = False
    again: bool = False
    folder: Path | None = None


def do_fetch(options: Options) -> int:
    """Download and unpack."""
    for package in options.packages:
        target = options.corpus / package.folder
        if options.again and target.exists():
            shutil.rmtree(target)
        print(f"{package.folder}: {'unpacked' if fetch(package, options.corpus) else 'is there'}")
    return 0


def do_check(options: Options) -> int:
    """Compare a run with the verdicts."""
    verdicts = load_verdicts(options.verdicts, options.known)
    reports, failures = run_all(
        options.packages, lambda p: run_check(p, options.corpus, options.python)
    )
    result = compare(reports, verdicts, failures, libraries=options.python is not None)
    print("\n".join([*table(reports), *explain(result)]))
    if result.ok:
        print("\nEach finding has its verdict, and each verdict holds.")
        return 0
    if result.unread:
        print("\n'python benchmarks/corpus.py list --new' prints entries for new findings.")
    return 1


def do_list(options: Options) -> int:
    """Print findings as entries for verdicts.toml."""
    verdicts = load_verdicts(options.verdicts, options.known) if options.new else {}
    reports, failures = run_all(
        options.packages, lambda p: run_check(p, options.corpus, options.python)
    )
    keys: set[Key] = set(verdicts)
    for report in reports:
        for finding in report.findings:
            if finding.key not in keys:
                keys.add(finding.key)
                print(stub(finding), end="\n\n")
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


def do_fix(options: Options) -> int:
    """Fix copies, and see what has become of them."""
    import fixing  # stands beside this file

    folders = [options.corpus / package.folder for package in options.packages]
    if options.folder is not None:
        folders = sorted(folder for folder in options.folder.iterdir() if folder.is_dir())
    width = max(len(folder.name) for folder in folders) if folders else 0
    libraries, wrong = with_libraries(options.python), False
    print(fixing.header(width))
    for folder in folders:
        if not folder.is_dir():
            raise UsageError(f"{folder} is not there: 'python benchmarks/corpus.py fetch' gets it")
        trial = fixing.attempt(folder.name, folder, options.python, libraries)
        print("\n".join(fixing.lines_of(trial, width)), flush=True)
        wrong = wrong or bool(trial.wrong)
    return int(wrong)


def parse_arguments(arguments: Sequence[str] | None) -> Options:
    """Read the command line; argparse leaves with status 2 if it is wrong."""
    parser = argparse.ArgumentParser(prog="corpus.py", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--corpus", type=Path, default=CORPUS, help="where packages are unpacked")
    parser.add_argument("--pins", type=Path, default=HERE / "corpus.toml", help="pinned packages")
    parser.add_argument("--verdicts", type=Path, default=HERE / "verdicts.toml", help="verdicts")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    fetching = commands.add_parser("fetch", help="download and unpack the packages")
    fetching.add_argument("--again", action="store_true", help="replace what is there")
    checking = commands.add_parser("check", help="compare findings with the verdicts")
    listing = commands.add_parser("list", help="print findings as entries for verdicts.toml")
    listing.add_argument("--new", action="store_true", help="only those without a verdict")
    fix = commands.add_parser("fix", help="fix copies of the packages and look at the result")
    fix.add_argument("--folder", type=Path, help="the folders in there instead of the packages")
    for command in (checking, listing, fix):
        command.add_argument("--python", type=Path, help="environment with their dependencies")
    for command in (fetching, checking, listing, fix):
        command.add_argument("packages", nargs="*", metavar="PACKAGE", help="default: all")
    said = parser.parse_args(arguments)
    packages = load_packages(said.pins)
    return Options(
        command=said.command,
        packages=choose(packages, said.packages),
        verdicts=said.verdicts,
        corpus=said.corpus,
        known=[package.name for package in packages],
        python=getattr(said, "python", None),
        new=getattr(said, "new", False),
        again=getattr(said, "again", False),
        folder=getattr(said, "folder", None),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status."""
    commands = {"fetch": do_fetch, "check": do_check, "list": do_list, "fix": do_fix}
    try:
        options = parse_arguments(arguments)
        return commands[options.command](options)
    except UsageError as error:
        print(f"corpus.py: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
