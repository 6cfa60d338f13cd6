"""The measuring of the catalogue: its data is whole, it sees what is there, says what differs."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from reloadlint.effects.catalogue import Entry, load
from reloadlint.effects.counting import count

ROOT = Path(__file__).resolve().parent.parent.parent
TOOLS = ROOT / "tools"
sys.path.insert(0, str(TOOLS))
try:
    from measuring import comparing, recording, runs, snippets, words
    from measuring.bench import Bench
    from measuring.snippets import Library, Snippet, Subject
    from measuring.versions import not_of_this_python
finally:
    sys.path.remove(str(TOOLS))

SUBJECTS = list(snippets.subjects())
ENTRIES = tuple(load())

on_linux = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="the measuring reads /proc"
)


def names(entries: Any) -> list[str]:
    return sorted(entry.name for entry in entries)


# --- the numbers and the data ---


def test_there_is_enough_and_it_is_measured() -> None:
    counts = count(ENTRIES)
    assert counts.callables >= 350
    assert counts.libraries >= 150
    assert counts.lazy * 3 >= counts.callables
    assert counts.measured * 100 >= counts.callables * 85
    assert counts.measured + counts.unmeasured == counts.callables == len(ENTRIES)


def test_every_measurement_has_its_day_and_its_versions() -> None:
    measured = [entry for entry in ENTRIES if entry.measured]
    assert (
        names(
            e for e in measured if not (e.measured.date and e.measured.library and e.measured.seen)
        )
        == []
    )


def test_every_entry_that_is_not_measured_says_why_in_the_snippets() -> None:
    why = {s.entry.name: s.skip for s in SUBJECTS if s.skip}
    assert {e.name for e in ENTRIES if e.unmeasured} - why.keys() <= {
        e.name for e in ENTRIES if not_of_this_python(e, "3.11.7")
    }
    assert names(e for e in ENTRIES if e.name in why and e.unmeasured != why[e.name]) == []


def test_every_claim_that_is_not_measured_has_its_source() -> None:
    without = [entry for entry in ENTRIES if entry.unmeasured and not entry.source]
    assert names(without) == []
    assert {entry.source[:8] for entry in ENTRIES if entry.source} == {"https://"}


def test_every_entry_has_a_role_and_a_closer_or_says_how_it_ends() -> None:
    """A lazy one has nothing to close; what a method starts may end with its object."""
    held = [entry for entry in ENTRIES if entry.when == "eager" and not entry.transient]
    assert names(entry for entry in ENTRIES if not entry.role) == []
    assert names(entry for entry in held if not entry.closers and not entry.note) == []


def test_every_library_that_is_measured_is_pinned() -> None:
    loose = {
        s.entry.library
        for s in SUBJECTS
        if not s.skip and not s.library.version and s.entry.library != "stdlib"
    }
    assert loose == set()


def test_what_was_measured_is_what_is_pinned() -> None:
    pins = {s.entry.name: s.library.version for s in SUBJECTS if s.entry.library != "stdlib"}
    measured = {e.name: e.measured.library for e in ENTRIES if e.measured and e.name in pins}
    assert {name: pins[name] for name in measured} == measured


def test_short_run_has_the_standard_library_and_twenty_light_ones() -> None:
    short = {s.entry.library for s in SUBJECTS if s.library.short}
    assert "stdlib" in short
    assert len(short) > 20


def test_every_closer_that_is_explained_is_one() -> None:
    odd = {
        s.entry.name: set(s.snippet.unreleased) - {*s.entry.closers, "with", "drop"}
        for s in SUBJECTS
    }
    assert {name: closers for name, closers in odd.items() if closers} == {}


def test_aliases_can_be_imported_where_the_library_is_installed() -> None:
    """All names of the standard library, and of what the tests have installed."""
    wanted = [s for s in SUBJECTS if _is_here(s) and not not_of_this_python(s.entry, _python())]
    assert len({s.entry.library for s in wanted}) > 5
    program = (
        f"import json, sys; sys.path.insert(0, {str(TOOLS / 'measuring')!r})\n"
        "from names import unresolved\n"
        "print(json.dumps(unresolved(json.load(sys.stdin))))"
    )
    given = json.dumps([name for s in wanted for name in s.names])
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        input=given,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout.splitlines()[-1]) == []


def _python() -> str:
    return ".".join(map(str, sys.version_info[:3]))


def _is_here(subject: Subject) -> bool:
    """Whether the library is installed as it was for the measuring."""
    if subject.skip or subject.library.beside:
        return False
    if subject.entry.library == "stdlib":
        return True
    try:
        return metadata.version(subject.distribution) == subject.library.version
    except metadata.PackageNotFoundError:
        return False


# --- one entry after the other ---


def subject(call: str, entry: dict[str, Any], **snippet: Any) -> Subject:
    """An entry of a library that is there anyway, with its snippet."""
    table = {
        "name": "threading.Thread.start",
        "library": "stdlib",
        "when": "eager",
        "effects": ["thread"],
        "role": "service",
        "cure": "guard",
        **entry,
    }
    if table["when"] == "lazy":
        table |= {"effects": [], "cure": "none"}
    made = snippets.msgspec.convert(table, Entry)
    return Subject(made, Library(version="1"), Snippet(call=call, **snippet))


THREAD = "import threading; obj = threading.Thread(target=ended.wait, daemon=True)"
STARTS = {"closers": ["join"], "daemon": True}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Where snippets are run, without patience for what isn't released."""
    made = Bench(tmp_path_factory.mktemp("bench"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "PATIENCE", 0.3)
        yield made
    made.close()


def measured(one: Subject, bench: Any) -> tuple[str, list[str]]:
    """What is seen of an entry, and where it differs."""
    seen = runs.observe(one, Path(sys.executable), bench, thorough=one.entry.collected)
    assert "failed" not in seen.first, seen.first
    return comparing.seen(seen), comparing.differences(one, seen)


@on_linux
def test_thread_is_seen_and_its_closer_releases_it(bench: Any) -> None:
    one = subject("obj.start()", STARTS, setup=THREAD, before_close="ended.set()")
    assert measured(one, bench) == ("1 thread (daemon)", [])


@on_linux
@pytest.mark.parametrize(
    ("call", "entry", "said"),
    [
        ("obj.start()", {"when": "lazy"}, "effect `thread` was seen and isn't named"),
        ("obj.is_alive()", {"daemon": True}, "effect `thread` was not seen"),
        ("obj.start()", {"daemon": False}, "its threads are daemon"),
        ("obj.start()", {**STARTS, "closers": ["is_alive"]}, "`is_alive()` leaves 1 thread"),
        ("obj.start()", {**STARTS, "closers": ["stop"]}, "closer `stop` is no method of it"),
        (
            "obj.start()",
            {"daemon": True, "aliases": ["threading.Tread"]},
            "`threading.Tread` can't",
        ),
        ("obj.start()", {"daemon": True, "transient": True}, "effect `thread` is still held"),
        ("obj.begin()", {"daemon": True}, "raised AttributeError, not nothing"),
    ],
)
def test_what_differs_is_said(call: str, entry: dict[str, Any], said: str, bench: Any) -> None:
    _, wrong = measured(subject(call, entry, setup=THREAD), bench)
    assert any(said in each for each in wrong), wrong


@on_linux
def test_condition_is_measured_with_the_call_that_it_excludes(bench: Any) -> None:
    one = subject("obj.start()", {"daemon": True}, setup=THREAD, otherwise="obj.start()")
    assert measured(one, bench)[1] == ["in spite of its conditions, effects: thread"]


@on_linux
def test_connection_to_a_listener_is_seen(bench: Any) -> None:
    entry = {
        "name": "socket.create_connection",
        "effects": ["socket"],
        "closers": ["close"],
        "role": "connection",
        "collected": True,
    }
    one = subject("socket.create_connection((host, port))", entry, server="silent")
    assert measured(one, bench) == ("1 connection", [])


@on_linux
def test_internal_sockets_are_no_connection(bench: Any) -> None:
    entry = {"name": "asyncio.new_event_loop", "when": "lazy", "closers": ["close"]}
    one = subject("asyncio.new_event_loop()", entry)
    assert measured(one, bench) == ("2 internal sockets, 1 event descriptor", [])


@on_linux
def test_call_that_waits_is_measured_while_it_waits(bench: Any) -> None:
    entry = {"name": "smtplib.SMTP", "effects": ["socket"], "closers": ["close"], "role": "client"}
    one = subject(
        "smtplib.SMTP(host, port)", entry, server="silent", limit=0.3, raises="still waiting"
    )
    assert measured(one, bench) == ("1 connection; still waiting after 0.3 s", [])


@on_linux
def test_child_of_a_measured_process_is_ended_with_it(bench: Any) -> None:
    entry = {"name": "subprocess.Popen", "effects": ["process"], "daemon": True}
    one = subject("subprocess.Popen(['sleep', '987654'])", entry)
    assert measured(one, bench) == ("1 child process", [])
    assert (
        "987654"
        not in subprocess.run(
            ["ps", "-eo", "args"], capture_output=True, text=True, check=True
        ).stdout
    )


# --- what is kept ---

FILE = """\
# A field.

[[callable]]
name = "shop.Bus"
library = "shop"
note = "x"
measured = { library = "1", python = "3", seen = "old" }
source = "https://shop.example"

# --- other ---

[[callable]]
name = "shop.Car"
unmeasured = "not yet"
source = "https://shop.example"
"""


def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *arguments: Any) -> tuple[int, str]:
    (tmp_path / "a.toml").write_text(FILE)
    monkeypatch.setattr(recording, "CATALOG", tmp_path)
    return recording.write(*arguments), (tmp_path / "a.toml").read_text()


RESULT = {"library": "2", "python": "3.11.7", "date": "2026-01-02", "seen": '1 "x"', "closed": ""}


def test_measurement_is_written_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed, text = write(tmp_path, monkeypatch, {"shop.Bus": RESULT}, {"shop.Car": "needs a car"})
    new = 'measured = { library = "2", python = "3.11.7", date = "2026-01-02", seen = "1 \\"x\\"" }'
    old = (
        'measured = { library = "1", python = "3", seen = "old" }\nsource = "https://shop.example"'
    )
    assert changed == 2
    assert text == FILE.replace(old, new).replace('"not yet"', '"needs a car"')


def test_nothing_else_is_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert write(tmp_path, monkeypatch, {}, {}) == (0, FILE)


def test_run_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    one = subject("obj.start()", STARTS)
    state = recording.State(tmp_path / "state.jsonl")
    known = {"name": one.entry.name, "digest": recording.digest(one, "3.11.7"), "differences": []}
    state.add(known)
    again = recording.State(tmp_path / "state.jsonl")
    assert again.is_done(one, "3.11.7")
    assert not again.is_done(one, "3.12.0")
    assert not again.is_done(subject("obj.start()", {"closers": []}), "3.11.7")


def test_what_differed_is_measured_again(tmp_path: Path) -> None:
    one = subject("obj.start()", STARTS)
    state = recording.State(tmp_path / "state.jsonl")
    known = {"name": one.entry.name, "digest": recording.digest(one, "3"), "differences": ["x"]}
    state.add(known)
    assert state.is_current(one, "3")
    assert not state.is_done(one, "3")


@pytest.mark.parametrize(
    ("limits", "version", "why"),
    [
        ({"since": "3.13"}, "3.12.9", "needs Python 3.13"),
        ({"since": "3.13"}, "3.13.0", ""),
        ({"until": "3.12"}, "3.12.0", "needs Python before 3.12"),
        ({"until": "3.12"}, "3.9.1", ""),
        ({"since": "3.13", "library": "shop"}, "3.9.1", ""),
    ],
)
def test_entry_of_another_python_is_left_alone(
    limits: dict[str, str], version: str, why: str
) -> None:
    assert not_of_this_python(subject("x", limits).entry, version) == why


def test_snippet_without_an_entry_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(snippets.SNIPPETS, tmp_path / "s")
    (tmp_path / "s" / "zz.toml").write_text('[call]\n"shop.Nothing" = "1"\n')
    monkeypatch.setattr(snippets, "SNIPPETS", tmp_path / "s")
    with pytest.raises(snippets.SnippetError, match=r"without an entry: shop\.Nothing"):
        list(snippets.subjects())


def test_what_is_held_is_counted_in_words() -> None:
    things = [["thread", "daemon"], ["thread", "daemon"], ["process", ""], ["socket", "tcp"]]
    assert words.described(things) == "2 threads (daemon), 1 child process, 1 connection"


@pytest.mark.parametrize(
    ("kind", "named", "effects"),
    [
        ("bound", ["listen"], {"listen"}),
        ("bound", [], {"socket"}),
        ("file", ["dbfile"], {"dbfile"}),
        ("file", [], set()),
        ("pair", ["socket"], set()),
        ("native thread", [], {"thread"}),
    ],
)
def test_kinds_are_effects(kind: str, named: list[str], effects: set[str]) -> None:
    assert comparing.effects([[kind, ""]], named) == effects


def test_answers_of_runs_that_failed_are_differences() -> None:
    seen = SimpleNamespace(first={"failed": "ImportError: no shop"}, answers={})
    (wrong,) = comparing.differences(subject("x", STARTS), seen)
    assert "ImportError: no shop" in wrong
