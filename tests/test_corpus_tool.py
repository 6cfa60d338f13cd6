"""The comparison in benchmarks/corpus.py, on made-up packages."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parent.parent / "benchmarks" / "corpus.py"

PINS = """
[[package]]
name = "shop"
version = "1.0"
sha256 = "00"

[[package]]
name = "zoo"
version = "2.0"
sha256 = "00"
"""


@pytest.fixture(scope="module")
def corpus():
    return load_script()


def load_script():
    spec = importlib.util.spec_from_file_location("corpus_tool", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def entry(line: int, verdict: str, package: str = "shop", why: str = "Because.") -> str:
    return (
        f'[[finding]]\npackage = "{package}"\npath = "shop/db.py"\nline = {line}\n'
        f'code = "RL101"\nverdict = "{verdict}"\nwhy = "{why}"\n'
    )


def output(*lines: int, files: int = 3) -> str:
    findings = [
        {"path": "shop/db.py", "line": line, "code": "RL101", "message": f"thread {line}"}
        for line in lines
    ]
    return json.dumps({"findings": findings, "summary": {"files": files, "flask_modules": 1}})


@pytest.fixture
def bench(corpus, tmp_path, monkeypatch, capsys):
    """Run the tool over made-up packages, each with the output that `check` has for it."""

    def run(command, verdicts, shop="", zoo=None):
        outputs = {"shop": shop, "zoo": output() if zoo is None else zoo}
        (tmp_path / "pins.toml").write_text(PINS, encoding="utf-8")
        (tmp_path / "verdicts.toml").write_text(verdicts, encoding="utf-8")
        monkeypatch.setattr(
            corpus, "run_check", lambda p, *_: corpus.parse_report(p.name, outputs[p.name])
        )
        places = ["--pins", tmp_path / "pins.toml", "--verdicts", tmp_path / "verdicts.toml"]
        places += ["--corpus", tmp_path / "corpus"]
        status = corpus.main([*map(str, places), *command])
        return status, capsys.readouterr()

    return run


def test_all_well(bench):
    status, captured = bench(["check"], entry(4, "true") + entry(9, "false"), output(4))
    assert status == 0
    assert "each verdict holds" in captured.out


def test_finding_without_verdict(bench):
    status, captured = bench(["check"], entry(4, "true"), output(4, 7))
    assert status == 1
    assert "finding without a verdict: 1\n  shop: shop/db.py:7 RL101 thread 7" in captured.out


def test_false_alarm_is_back(bench):
    status, captured = bench(["check"], entry(4, "false", why="It is never called."), output(4))
    assert status == 1
    assert "known false alarm is back: 1\n  shop: shop/db.py:4" in captured.out
    assert "It is never called." in captured.out


def test_true_finding_lost(bench):
    status, captured = bench(["check"], entry(4, "true", why="It starts a thread."), output())
    assert status == 1
    assert "true finding lost: 1\n  shop: shop/db.py:4" in captured.out
    assert "It starts a thread." in captured.out


def test_finding_in_libraries_is_expected_only_where_they_are_installed(bench, tmp_path):
    verdicts = entry(4, "true") + "libraries = true\n"
    assert bench(["check"], verdicts, output())[0] == 0
    assert bench(["check"], verdicts, output(4))[0] == 0
    assert bench(["check", "--python", str(tmp_path)], verdicts, output(4))[0] == 0
    assert bench(["check", "--python", str(tmp_path)], verdicts, output())[0] == 1


def test_installed_libraries_count_only_if_an_environment_is_named(corpus, tmp_path):
    assert corpus.with_libraries(None) == ("--no-follow-installed",)
    assert corpus.with_libraries(tmp_path) == ("--python", str(tmp_path))


def test_all_three_at_once(bench):
    verdicts = entry(4, "true") + entry(5, "false")
    status, captured = bench(["check"], verdicts, output(5, 6))
    assert status == 1
    for heading in ("without a verdict: 1", "alarm is back: 1", "finding lost: 1"):
        assert heading in captured.out


def test_only_the_named_package_is_compared(bench):
    verdicts = entry(4, "true", package="zoo")
    assert bench(["check", "shop"], verdicts, output())[0] == 0
    assert bench(["check", "zoo"], verdicts, output())[0] == 1


def test_same_place_twice_is_one_difference(corpus):
    report = corpus.parse_report("shop", output(4, 4))
    assert len(corpus.compare([report], {}).unread) == 1


@pytest.mark.parametrize("broken", ["", "{}", "Traceback", output(files=0), "[]"])
def test_no_report_is_a_failure_and_loses_nothing(bench, broken):
    status, captured = bench(["check"], entry(4, "true"), broken)
    assert status == 1
    assert "reloadlint failed: 1" in captured.out
    assert "finding lost" not in captured.out


def test_list_new_prints_entries_without_verdict(bench, corpus, tmp_path):
    status, captured = bench(["list", "--new"], entry(4, "true"), output(4, 7))
    assert status == 0
    stubs = tmp_path / "stubs.toml"
    stubs.write_text(captured.out, encoding="utf-8")
    (stub,) = corpus.read_toml(stubs, "finding")
    assert (stub["package"], stub["path"], stub["line"]) == ("shop", "shop/db.py", 7)
    assert (stub["verdict"], stub["why"]) == ("", "")


def test_stub_is_no_verdict(bench):
    status, captured = bench(["check"], entry(4, ""), output(4))
    assert status == 2
    assert "'verdict' is empty" in captured.err


@pytest.mark.parametrize(
    ("verdicts", "complaint"),
    [
        (entry(4, "maybe"), "must be one of"),
        (entry(4, "true", why=""), "'why' is empty"),
        (entry(4, "true", package="bar"), "no package 'bar'"),
        (entry(4, "true") * 2, "second verdict on shop: shop/db.py:4 RL101"),
        (entry(4, "true") + "column = 3\n", "unknown key 'column'"),
        (entry(4, "true").replace("line = 4", 'line = "4"'), "'line' must be of type int"),
        ('[[finding]]\npackage = "shop"\n', "'path' is missing"),
        ("[[findings]]\n", "unknown key 'findings'"),
        ("finding = 1\n", "must be written [[finding]]"),
        ("= what\n", "verdicts.toml"),
    ],
)
def test_wrong_verdicts_are_refused(bench, verdicts, complaint):
    status, captured = bench(["check"], verdicts, output(4))
    assert status == 2
    assert complaint in captured.err


def test_unknown_package_is_wrong_usage(bench):
    status, captured = bench(["check", "bar"], "")
    assert status == 2
    assert "there are: shop, zoo" in captured.err


def test_package_that_is_not_fetched_is_wrong_usage(tmp_path, capsys, corpus):
    status = corpus.main(["--corpus", str(tmp_path), "check", "locust"])
    assert status == 2
    assert "fetch" in capsys.readouterr().err


def test_crash_of_the_tool_is_a_failure(corpus, tmp_path, monkeypatch):
    package = corpus.Package("shop", "1.0", "00")
    (tmp_path / package.folder).mkdir()
    monkeypatch.setattr(corpus, "CHECK", ("check", "--no-such-option"))
    with pytest.raises(corpus.CheckError, match="shop: exit status"):
        corpus.run_check(package, tmp_path)


def test_what_is_there_is_not_fetched_again(corpus, tmp_path):
    package = corpus.Package("shop", "1.0", "00")
    (tmp_path / package.folder).mkdir()
    assert corpus.fetch(package, tmp_path) is False


def test_the_repository_s_own_verdicts_are_well_formed(corpus):
    packages = corpus.load_packages(SCRIPT.parent / "corpus.toml")
    corpus.load_verdicts(SCRIPT.parent / "verdicts.toml", [package.name for package in packages])
