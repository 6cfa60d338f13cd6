"""For each example, what was traced is what `check` foretold, and nothing else.

The same is shown for every fixture in `reality/`, with the probe of this command.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from reality.projects import Project, examples
from tracing.programs import run


@pytest.mark.parametrize("project", examples(), ids=lambda project: project.name)
def test_trace_and_findings_agree(project: Project, tmp_path: Path) -> None:
    folder = tmp_path / project.name
    shutil.copytree(project.folder, folder)
    done = run(folder, "trace", f"{project.entries[0]}.py", "--output-format", "json")
    assert done.status == 0
    report = json.loads(done.out)
    assert report["only_foretold"] == []
    (process,) = report["processes"]
    held = [one for one in process["effects"] if one["state"] == "held"]
    found = {
        (one["finding"]["path"], one["finding"]["line"], one["finding"]["code"]) for one in held
    }
    assert found == {(want.path, want.line, want.code) for want in project.expected}
    assert {one["knowledge"] for one in held} <= {"foretold"}
