"""For each example, what was traced is what `check` foretold, and nothing else.

The same is shown for every fixture in `reality/`, with the probe of this command.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from reality.projects import Project, examples
from reloadlint.cli.foretelling import report
from reloadlint.settings import Settings
from reloadlint.trace.loading import trace_load


@pytest.mark.parametrize("project", examples(), ids=lambda project: project.name)
def test_trace_and_findings_agree(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / project.name
    shutil.copytree(project.folder, folder)
    monkeypatch.chdir(folder)
    trace = trace_load(f"{project.entries[0]}.py", Path(sys.executable), timeout=60)
    told = report(trace, Settings(cache=False))
    (process,) = trace.processes
    held = [told.of(process, one) for one in process.effects if one.state == "held"]
    found = {(one.finding.path, one.finding.line, one.finding.code) for one in held if one.finding}
    assert found == {(want.path, want.line, want.code) for want in project.expected}
    assert {one.knowledge for one in held} <= {"foretold"}
    assert told.unseen == ()
