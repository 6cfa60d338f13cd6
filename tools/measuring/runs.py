"""Running a snippet: once for what it leaves, and once for each way of releasing that."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import tempfile
import textwrap
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measuring.listeners import Listener
from measuring.protocols import PROTOCOLS
from measuring.servers import RECIPES, Missing
from measuring.snippets import ROOT, SnippetError, bound

if TYPE_CHECKING:
    from measuring.bench import Bench
    from measuring.snippets import Subject

HERE = Path(__file__).resolve().parent
PROBE = ROOT / "src" / "reloadlint" / "trace"
PATIENCE = 3.0
_IMPATIENT = 0.3  # where nothing is expected to go
_GRACE = 20.0
_AWAITED = {
    "thread": ("thread", "native thread"),
    "socket": ("socket", "unconnected", "bound"),
    "listen": ("listen", "bound"),
    "process": ("process",),
    "device": ("device", "other socket"),
    "dbfile": ("dbfile", "file"),
}
#: What is done after the call, by the name of the way; `{}` is what it is done to.
_DROP = "it = obj = None"
_WITH = "with {}: pass"


@dataclass
class Observation:
    """What was seen of one entry: an answer of the probe for each way of leaving it."""

    answers: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def first(self) -> dict[str, Any]:
        """The run in which the call alone was made."""
        return self.answers["call"]


def observe(subject: Subject, python: Path, bench: Bench, *, thorough: bool = True) -> Observation:
    """Run a snippet in all the ways that its entry makes claims about."""
    seen = Observation()
    entry, snippet = subject.entry, subject.snippet
    ways = {name: _closing(subject, name) for name in entry.closers}
    first = next(iter(ways), "")
    held = entry.when == "eager" and not entry.transient
    seen.answers["call"] = _run(subject, python, bench, "call", ways.get(first, "") if held else "")
    if seen.first.get("failed"):
        return seen
    if held and not (seen.first["raised"] and not snippet.raises):
        if first:
            seen.answers[f"close {first}"] = seen.first
        for name in entry.closers[1:]:
            seen.answers[f"close {name}"] = _run(subject, python, bench, "call", ways[name])
        if thorough and seen.first.get("with") and not seen.first["raised"]:
            leave = _before(subject) + _WITH.format(subject.target)
            patience = None if entry.closes_on_exit else _IMPATIENT
            seen.answers["with"] = _run(subject, python, bench, "call", leave, patience)
        if thorough and entry.collected and not seen.first["raised"]:
            seen.answers["drop"] = _run(subject, python, bench, "call", _DROP)
    if snippet.otherwise:
        seen.answers["otherwise"] = _run(subject, python, bench, "otherwise", "")
    if snippet.force:
        seen.answers["force"] = _run(subject, python, bench, "force", "")
    return seen


def _closing(subject: Subject, closer: str) -> str:
    called = subject.snippet.close.get(closer, f"{subject.target}.{closer}()")
    return _before(subject) + called


def _before(subject: Subject) -> str:
    before = subject.snippet.before_close
    return before + "\n" if before else ""


def _run(
    subject: Subject,
    python: Path,
    bench: Bench,
    way: str,
    after: str,
    patience: float | None = None,
) -> dict[str, Any]:
    """One process with one snippet; what it has started is ended with it."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        task = {
            **_task(subject, way, after, folder),
            "patience": PATIENCE if patience is None else patience,
        }
        listener = None
        if subject.server in PROTOCOLS:
            listener = Listener(PROTOCOLS[subject.server], bench.context)
            stack.callback(listener.close)
            task["port"] = listener.port
        elif subject.server in RECIPES:
            server = bench.server(subject.server)
            task["port"], task["environment"] = server.port, server.gives
            task["setup"] = f"server_folder = {str(server.folder)!r}\n" + task["setup"]
        elif subject.server:
            raise SnippetError(f"{subject.entry.name}: no server is called `{subject.server}`")
        if subject.helper:
            task["port"] = _helper(stack, subject, python, folder)
        task["setup"] = f"files = {bench.files!r}\n" + task["setup"]
        answer = _ask(task, python, folder, subject)
        answer["accepted"] = listener.accepted if listener else 0
        return answer


def _helper(stack: ExitStack, subject: Subject, python: Path, folder: Path) -> int:
    """Start the program that serves, and read the port that it prints."""
    started = subprocess.Popen(
        [str(python), "-I", "-c", textwrap.dedent(subject.helper)],
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        stderr=(folder / "helper.txt").open("w"),
        cwd=folder,
        start_new_session=True,
        text=True,
    )
    stack.callback(_end, started)
    line = started.stdout.readline() if started.stdout else ""
    if not line.strip().isdigit():
        started.wait(5)
        said = (folder / "helper.txt").read_text()[-600:]
        raise Missing(f"the helper of {subject.entry.name} did not begin: {line} {said}")
    return int(line)


def _task(subject: Subject, way: str, after: str, folder: Path) -> dict[str, Any]:
    entry, snippet = subject.entry, subject.snippet
    calls = {"call": subject.call, "otherwise": bound(snippet.otherwise), "force": snippet.force}
    setup = subject.setup
    if way == "force":
        setup += f"\n{subject.call}"
    (folder / "work").mkdir()
    name = entry.name
    return {
        "path": [str(HERE), str(PROBE)],
        "modules": [] if "." not in name else [name.rpartition(".")[0]],
        "names": subject.names,
        "distribution": subject.distribution if entry.library != "stdlib" else "stdlib",
        "setup": setup,
        "call": calls[way],
        "after": after,
        "after_raised": bool(snippet.raises),
        "target": subject.target,
        "closers": entry.closers,
        "awaited": [kind for effect in entry.effects for kind in _AWAITED[effect]],
        "limit": snippet.limit,
        "running_loop": snippet.running_loop,
        "folder": str(folder / "work"),
        "port": None,
        "environment": {},
        "answer": str(folder / "answer.json"),
    }


def _ask(task: dict[str, Any], python: Path, folder: Path, subject: Subject) -> dict[str, Any]:
    path = folder / "task.json"
    path.write_text(json.dumps(task), encoding="utf-8")
    with (folder / "out.txt").open("w") as output:
        started = subprocess.Popen(
            [str(python), "-I", "-W", "ignore", str(HERE / "probe_run.py"), str(path)],
            cwd=task["folder"],
            env={**_environment(folder), **subject.library.environment, **task["environment"]},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            started.wait(subject.snippet.limit * 2 + _GRACE)
        except subprocess.TimeoutExpired:
            pass
        finally:
            _end(started)
    try:
        answer: dict[str, Any] = json.loads(Path(task["answer"]).read_text("utf-8"))
    except (OSError, ValueError):
        said = (folder / "out.txt").read_text("utf-8", "replace")[-1500:]
        return {"failed": f"no answer (status {started.returncode}): {said}"}
    return answer


def _environment(folder: Path) -> dict[str, str]:
    """The variables of a measured process: no proxy, a home of its own, few threads."""
    kept = {
        k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH")
    }
    home = folder / "home"
    home.mkdir(exist_ok=True)
    return {**kept, "HOME": str(home), "TMPDIR": str(folder), "NO_PROXY": "*", "no_proxy": "*"}


def _end(started: subprocess.Popen[Any]) -> None:
    """End the process and whatever is left of its group."""
    with contextlib.suppress(OSError):
        os.killpg(started.pid, signal.SIGKILL)
    started.wait()
