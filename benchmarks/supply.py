"""What reloadlint depends on, and how it is built.

    python benchmarks/supply.py licenses   of all that it brings, as the installed metadata has them
    python benchmarks/supply.py audit      known vulnerabilities, by pip-audit where that works
    python benchmarks/supply.py build      two builds in two places are the same byte for byte

`licenses` fails if a distribution that comes with reloadlint or its extras `watch` and `lsp` has a
license that isn't among those allowed here, or none. `audit` fails if an advisory is known, and
names what it cannot tell about. `build` needs hatchling; it fails if a file of one build differs
from the other's. The exit status is 0 if the check holds or could not be made, which is told.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXTRAS = ("", "watch", "lsp")
ALLOWED = {"MIT", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "MPL-2.0", "PSF-2.0", "ISC"}
WORDS = (
    (r"\bMPL-2\.0|Mozilla Public License 2\.0", "MPL-2.0"),
    (r"\bApache\b", "Apache-2.0"),
    (r"\bBSD-2-Clause", "BSD-2-Clause"),
    (r"\bBSD\b", "BSD-3-Clause"),
    (r"\bPSF\b|Python Software Foundation", "PSF-2.0"),
    (r"\bISC\b", "ISC"),
    (r"\bMIT\b", "MIT"),
)
"""How metadata without an SPDX expression calls a license."""

SOURCES = ("src", "tests", "examples", "docs", "tools", "benchmarks", "editors")
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".*_cache", "node_modules")
EPOCH = "1700000000"


def brought(name: str, extras: Sequence[str] = EXTRAS) -> dict[str, Distribution]:
    """The distributions that come with one, by name; those that this system needs."""
    from packaging.requirements import Requirement

    found: dict[str, Distribution] = {}
    pending = [(name, tuple(extras))]
    while pending:
        wanted, chosen = pending.pop()
        for text in distribution(wanted).requires or ():
            need = Requirement(text)
            if need.marker and not any(need.marker.evaluate({"extra": e}) for e in chosen):
                continue
            try:
                here = distribution(need.name)
            except PackageNotFoundError:
                continue  # an extra that isn't installed
            key = re.sub(r"[-_.]+", "-", need.name).lower()
            if key not in found:
                found[key] = here
                pending.append((need.name, ("", *need.extras)))
    return found


def licenses_of(known: Distribution) -> set[str]:
    """The SPDX identifiers that a distribution states, or those that its words mean."""
    meta = known.metadata
    stated = " ".join(meta.get_all("License-Expression") or ())
    if stated:
        return set(re.findall(r"[A-Za-z0-9.-]+", stated)) - {"AND", "OR", "WITH"}
    classifiers = [c for c in meta.get_all("Classifier") or () if c.startswith("License ::")]
    text = " ".join([*classifiers, *(line[:80] for line in meta.get_all("License") or ())])
    found = next((name for words, name in WORDS if re.search(words, text)), None)
    return {found} if found else set()


def license_faults(name: str = "reloadlint") -> list[str]:
    """What is wrong with the licenses of all that is brought; prints each."""
    wrong = []
    for need, known in sorted(brought(name).items()):
        stated = licenses_of(known)
        print(f"{need} {known.version}: {' '.join(sorted(stated)) or 'none stated'}")
        if not stated or not stated <= ALLOWED:
            wrong.append(f"{need}: {' '.join(sorted(stated - ALLOWED)) or 'no license'}")
    return wrong


def audit_faults() -> list[str]:
    """The advisories that pip-audit knows about what is brought; says why if it cannot tell."""
    if find_spec("pip_audit") is None:
        print("not looked up: pip-audit is not installed")
        return []
    pinned = "".join(f"{name}=={known.version}\n" for name, known in brought("reloadlint").items())
    with tempfile.TemporaryDirectory(prefix="supply-") as scratch:
        file = Path(scratch, "pinned.txt")
        file.write_text(pinned, encoding="utf-8")
        options = ("--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off")
        command = [sys.executable, "-m", "pip_audit", "--requirement", str(file), *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    return advisories(done.stdout, done.stderr)


def advisories(out: str, err: str) -> list[str]:
    """What pip-audit's report names; a line about why there is none, if it could not be made."""
    try:
        report = json.loads(out)["dependencies"]
    except (ValueError, KeyError, TypeError):
        print(f"not looked up: {(err.strip().splitlines() or ['no report'])[-1][:200]}")
        return []
    for one in report:
        if "skip_reason" in one:
            print(f"not looked up: {one['skip_reason']}")
    return [f"{one['name']}: {v['id']}" for one in report for v in one.get("vulns", ())]


def copied(source: Path, folder: Path) -> None:
    """Copy what a release is made of; the files get other times."""
    folder.mkdir(parents=True)
    for name in (*SOURCES, *(path.name for path in source.iterdir() if path.is_file())):
        if (source / name).is_dir():
            shutil.copytree(source / name, folder / name, ignore=LEFT_OUT, copy_function=copy_text)
        elif (source / name).is_file():
            copy_text(source / name, folder / name)


def copy_text(source: str | Path, target: str | Path) -> None:
    """Copy a file's bytes and mode, not its times."""
    Path(target).write_bytes(Path(source).read_bytes())
    Path(target).chmod(Path(source).stat().st_mode)


def built(folder: Path) -> dict[str, str]:
    """The digest of each file that a build gives."""
    command = [sys.executable, "-m", "hatchling", "build", "--directory", "made"]
    environ = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH}
    subprocess.run(command, cwd=folder, env=environ, check=True, capture_output=True)
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted((folder / "made").iterdir())
    }


def build_faults(source: Path = ROOT) -> list[str]:
    """The files of two builds that aren't the same."""
    if find_spec("hatchling") is None:
        print("not built: hatchling is not installed")
        return []
    with tempfile.TemporaryDirectory(prefix="supply-") as scratch:
        places = [Path(scratch, "one"), Path(scratch, "an", "other")]
        copied(source, places[0])
        copied(places[0], places[1])
        first, second = map(built, places)
    print("".join(f"{digest}  {name}\n" for name, digest in first.items()), end="")
    return list(_unlike(first, second))


def _unlike(first: dict[str, str], second: dict[str, str]) -> Iterator[str]:
    for name in sorted(first.keys() | second.keys()):
        if first.get(name) != second.get(name):
            yield f"{name} is not the same twice"


CHECKS = {"licenses": license_faults, "audit": audit_faults, "build": build_faults}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("checks", nargs="+", choices=CHECKS)
    wrong = [line for name in parser.parse_args(arguments).checks for line in CHECKS[name]()]
    for line in wrong:
        print(f"FAULT {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
