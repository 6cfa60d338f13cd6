"""From paths to the Python files that are to be read: .gitignore, excludes, symbolic links."""

from __future__ import annotations

from reloadlint.discovery.roots import find_project_root, folders_of_project, project_roots
from reloadlint.discovery.walk import Discovery, Problem, discover, names_of_files, project_files

__all__ = [
    "Discovery",
    "Problem",
    "discover",
    "find_project_root",
    "folders_of_project",
    "names_of_files",
    "project_files",
    "project_roots",
]
