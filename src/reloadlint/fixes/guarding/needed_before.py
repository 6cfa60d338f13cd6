"""What uses a thing before there is a request, while it would still be None."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.guarding.keeping import Kept
from reloadlint.fixes.guarding.standing import Standing
from reloadlint.fixes.guarding.threads_between import NeededByThread
from reloadlint.fixes.reading.early_threads import started_early
from reloadlint.fixes.reading.loading import Loading
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.references import references


def needed_before(
    project: Project, place: Standing, kept: Kept, members: list[cst.BaseStatement]
) -> Iterator[Refusal]:
    """The reasons why it can't wait for a request: functions, main guards and threads use it."""
    loading, tree = Loading(project, place.tree.path), place.tree
    for name in kept.new if place.function is None else ():
        for use in references(project, tree.path, name).uses:
            if use.tree is tree and use.tree.statement_of(use.node) in members:
                continue
            early, function = loading.at(use.tree, use.node), use.tree.function_of(use.node)
            if early is not None and (function is not None or early.before_run):
                yield Refusal(f"{use.where} needs it, where the application is set up or run")
            thread = started_early(project, loading, use.tree, use.node)
            if thread is not None:
                yield NeededByThread(thread.where, use.where)
