"""Discovery: which files are taken, which are left alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reloadlint.discovery import Problem, discover, find_project_root, project_files
from reloadlint.errors import UsageError
from reloadlint.settings import Settings


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository as the working directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    return tmp_path


def make(root: Path, *files: str) -> None:
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).touch()


def found(*paths: str | Path, **settings: tuple[str, ...]) -> list[str]:
    files = discover([Path(path) for path in paths], Settings(**settings)).files
    return [file.relative_to(Path.cwd()).as_posix() for file in files]


def test_folders_are_walked_in_order(root: Path) -> None:
    make(root, "b.py", "a/z.py", "a/deep/er/x.py", "a.py")
    assert found(".") == ["a.py", "a/deep/er/x.py", "a/z.py", "b.py"]


def test_only_python_files_are_taken(root: Path) -> None:
    make(root, "a.pyi", "a.pyc", "a.txt", "py", "a.py.orig", "app")
    assert found(".") == []


def test_folder_named_like_a_file_is_a_folder(root: Path) -> None:
    make(root, "pkg.py/a.py")
    assert found(".") == ["pkg.py/a.py"]


def test_named_file_is_taken_whatever_its_name(root: Path) -> None:
    make(root, "manage", "stub.pyi", "venv/x.py")
    (root / ".gitignore").write_text("manage\n")
    assert found("manage", "stub.pyi", "venv/x.py") == ["manage", "stub.pyi", "venv/x.py"]


def test_files_are_absolute(root: Path) -> None:
    make(root, "a.py")
    assert discover([Path("a.py")], Settings()).files == (root / "a.py",)


def test_each_file_is_taken_once(root: Path) -> None:
    make(root, "a/b.py")
    assert found(".", "a", "a/b.py", "a/../a/b.py") == ["a/b.py"]


def test_missing_path_is_refused(root: Path) -> None:
    with pytest.raises(UsageError, match=r"^x\.py: no such file or folder$"):
        found("x.py")


@pytest.mark.parametrize(
    "folder", [".git", ".venv", "venv", "node_modules", "build", "lib/site-packages", ".tox"]
)
def test_usual_rubbish_is_left_out(folder: str, root: Path) -> None:
    make(root, f"{folder}/x.py", f"sub/{folder}/y.py")
    assert found(".") == []


def test_names_that_merely_begin_like_it_are_taken(root: Path) -> None:
    make(root, "venv2/x.py", "builder/y.py", "dist.py")
    assert found(".") == ["builder/y.py", "dist.py", "venv2/x.py"]


def test_excluded_folder_is_walked_when_named(root: Path) -> None:
    make(root, "build/lib/x.py")
    assert found("build") == ["build/lib/x.py"]
    assert found("build/lib") == ["build/lib/x.py"]


@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        ("gen", ["a.py", "sub/other.py"]),
        ("/gen", ["a.py", "sub/gen/c.py", "sub/other.py"]),
        ("sub/gen", ["a.py", "gen/b.py", "sub/other.py"]),
        ("**/b.py", ["a.py", "sub/gen/c.py", "sub/other.py"]),
        ("[abc].py", ["sub/other.py"]),
        ("sub/", ["a.py", "gen/b.py"]),
    ],
)
def test_excludes_are_patterns_from_the_root(pattern: str, left: list[str], root: Path) -> None:
    make(root, "a.py", "gen/b.py", "sub/gen/c.py", "sub/other.py")
    assert found(".", extend_exclude=(pattern,)) == left


def test_excludes_start_at_the_root_though_a_folder_is_named(root: Path) -> None:
    make(root, "sub/gen/c.py", "sub/a.py")
    assert found("sub", extend_exclude=("sub/gen",)) == ["sub/a.py"]


def test_own_exclude_takes_the_place_of_the_defaults(root: Path) -> None:
    make(root, "build/a.py", "b.py")
    assert found(".", exclude=("b.py",)) == ["build/a.py"]


def test_excludes_of_another_project_say_nothing_here(root: Path) -> None:
    make(root, "one/gen/a.py", "two/gen/b.py")
    settings = Settings(exclude=("/gen",), root=root / "one")
    assert discover([root], settings).files == (root / "two/gen/b.py",)


def test_invalid_exclude_is_refused(root: Path) -> None:
    with pytest.raises(UsageError, match="invalid pattern `!`"):
        found(".", exclude=("!",))


def test_gitignore_is_respected(root: Path) -> None:
    make(root, "a.py", "local.py", "out/b.py", "sub/out/c.py")
    (root / ".gitignore").write_text("# comment\n\nlocal.py\n/out/\n")
    assert found(".") == ["a.py", "sub/out/c.py"]


def test_nested_gitignore_holds_below_itself_only(root: Path) -> None:
    make(root, "x.py", "sub/x.py", "sub/deep/x.py", "sub/y.py")
    (root / "sub/.gitignore").write_text("x.py\n")
    assert found(".") == ["sub/y.py", "x.py"]


def test_inner_gitignore_takes_in_again(root: Path) -> None:
    make(root, "x.py", "sub/x.py")
    (root / ".gitignore").write_text("x.py\n")
    (root / "sub/.gitignore").write_text("!x.py\n")
    assert found(".") == ["sub/x.py"]


def test_what_is_in_an_ignored_folder_cannot_be_taken_in_again(root: Path) -> None:
    make(root, "out/x.py")
    (root / ".gitignore").write_text("out/\n!out/x.py\n")
    assert found(".") == []


def test_gitignore_cannot_take_in_what_is_excluded(root: Path) -> None:
    make(root, "venv/x.py", "gen/y.py")
    (root / ".gitignore").write_text("!venv\n!gen\n")
    assert found(".", extend_exclude=("gen",)) == []


def test_gitignore_above_a_named_folder_is_respected(root: Path) -> None:
    make(root, "sub/deep/x.py", "sub/deep/y.py")
    (root / ".gitignore").write_text("x.py\n")
    assert found("sub/deep") == ["sub/deep/y.py"]


def test_gitignore_above_the_repository_is_not(root: Path) -> None:
    make(root, "repo/x.py", "repo/.git/config")
    (root / ".gitignore").write_text("x.py\n")
    assert found("repo") == ["repo/x.py"]
    assert found(".") == ["repo/x.py"]


def test_gitignore_above_is_not_looked_for_outside_a_repository(root: Path) -> None:
    make(root, "sub/x.py")
    (root / ".git").rmdir()
    (root / ".gitignore").write_text("x.py\n")
    assert found("sub") == ["sub/x.py"]
    assert found(".") == []


def test_ignored_folder_is_walked_when_named(root: Path) -> None:
    make(root, "corpus/pkg/x.py")
    (root / ".gitignore").write_text("/corpus/\n")
    assert found("corpus") == ["corpus/pkg/x.py"]
    assert found("corpus/pkg") == ["corpus/pkg/x.py"]


def test_invalid_and_undecodable_lines_of_a_gitignore_are_skipped(root: Path) -> None:
    make(root, "x.py", "y.py")
    (root / ".gitignore").write_bytes(b"!\n\xff\\\nx.py\n")
    assert found(".") == ["y.py"]


def test_loop_of_folders_ends(root: Path) -> None:
    make(root, "a/x.py")
    (root / "a/again").symlink_to(root, target_is_directory=True)
    assert found(".") == ["a/x.py"]


def test_linked_folder_is_walked_only_when_named(root: Path, tmp_path_factory: object) -> None:
    make(root, "real/x.py", "project/y.py")
    (root / "project/link").symlink_to(root / "real", target_is_directory=True)
    assert found("project") == ["project/y.py"]
    assert found("project/link") == ["project/link/x.py"]


def test_linked_file_is_taken(root: Path) -> None:
    make(root, "shared/x.py", "project/y.py")
    (root / "project/link.py").symlink_to(root / "shared/x.py")
    assert found("project") == ["project/link.py", "project/y.py"]


def test_file_goes_before_a_link_to_it(root: Path) -> None:
    make(root, "z.py")
    (root / "a.py").symlink_to(root / "z.py")
    assert found(".") == ["z.py"]


def test_link_to_nothing_or_to_itself_is_left_out(root: Path) -> None:
    (root / "gone.py").symlink_to(root / "nothing.py")
    (root / "loop.py").symlink_to(root / "loop.py")
    assert found(".") == []


def test_folder_without_permission_is_told_and_the_rest_is_found(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(root, "open/x.py", "shut/y.py")
    scandir = os.scandir

    def refuse(path: str) -> object:
        if path.endswith("shut"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    discovery = discover([root], Settings())
    assert discovery.files == (root / "open/x.py",)
    assert discovery.problems == (Problem(root / "shut", "cannot be walked: Permission denied"),)


def test_empty_folder_is_no_error(root: Path) -> None:
    assert found(".") == []


def test_project_files_are_all_below_its_root(root: Path) -> None:
    make(root, "a.py", "sub/b.py", "venv/c.py")
    assert project_files(root, Settings()).files == (root / "a.py", root / "sub/b.py")


@pytest.mark.parametrize(
    "marker", ["pyproject.toml", "setup.py", "setup.cfg", "reloadlint.toml", ".git"]
)
def test_nearest_marker_is_the_project_root(marker: str, root: Path) -> None:
    make(root, f"one/{marker}", "one/src/pkg/__init__.py", "one/src/pkg/a.py")
    assert find_project_root(root / "one/src/pkg/a.py") == root / "one"
    assert find_project_root(root / "one") == root / "one"


def test_without_marker_it_is_what_holds_the_topmost_package(tmp_path: Path) -> None:
    make(tmp_path, "top/pkg/__init__.py", "top/pkg/sub/__init__.py", "top/pkg/sub/a.py", "top/b.py")
    for path in ("top", "top/b.py", "top/pkg", "top/pkg/sub", "top/pkg/sub/a.py"):
        assert find_project_root(tmp_path / path) == tmp_path / "top"


def test_file_in_a_folder_that_is_not_there_belongs_where_it_would_be(tmp_path: Path) -> None:
    assert find_project_root(tmp_path / "not/there/a.py") == tmp_path


def test_project_root_is_absolute_and_needs_no_file(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(root, "one/setup.py")
    monkeypatch.chdir(root / "one")
    assert find_project_root(Path("new.py")) == root / "one"
