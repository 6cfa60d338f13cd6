"""Files and module names: what an `import` in one file of a project finds."""

from __future__ import annotations

import pytest

from reloadlint.project.modules import Module, ModuleIndex

FLAT = ["app.py", "db.py", "lib_shop/__init__.py", "tools/clean.py"]
SRC = ["src/shop/__init__.py", "src/shop/db.py", "src/shop/web/__init__.py", "tests/test_db.py"]
NESTED = ["backend/app.py", "backend/db.py", "backend/shop/__init__.py", "backend/shop/x.py"]
NAMESPACE = ["app.py", "company/shop/db.py", "company/mail/__init__.py"]
PACKAGE = [
    *("pkg/__init__.py", "pkg/a.py", "pkg/b.py"),
    *("pkg/sub/__init__.py", "pkg/sub/c.py", "pkg/sub/deep/__init__.py", "pkg/sub/deep/d.py"),
]


SHARED = [
    "api/app.py",
    "worker/run.py",
    "base/base/__init__.py",
    "base/base/db.py",
    "libs/mail/src/mail/__init__.py",
    "libs/mail/src/mail/send.py",
]


def found(files: list[str], importer: str, written: str, **options) -> str | None:
    """What `import …` finds, written with its dots: a file, a folder or None."""
    index = ModuleIndex(files, **options)
    name = written.lstrip(".")
    result = index.resolve(index.at(importer), name, len(written) - len(name))
    return result.path if isinstance(result, Module) else result


FOUND = {
    "file beside": (FLAT, "app.py", "db", "db.py"),
    "package beside": (FLAT, "app.py", "lib_shop", "lib_shop/__init__.py"),
    "file at the root from a folder": (FLAT, "tools/clean.py", "app", "app.py"),
    "in the same package, by its full name": (PACKAGE, "pkg/a.py", "pkg.b", "pkg/b.py"),
    "package below src": (SRC, "src/shop/db.py", "shop.web", "src/shop/web/__init__.py"),
    "package below src, from a test": (SRC, "tests/test_db.py", "shop.db", "src/shop/db.py"),
    "src as part of the name": (SRC, "tests/test_db.py", "src.shop.db", "src/shop/db.py"),
    "beside, though not at the root": (NESTED, "backend/app.py", "db", "backend/db.py"),
    "above its own package": (NESTED, "backend/shop/x.py", "db", "backend/db.py"),
    "namespace package": (NAMESPACE, "app.py", "company.shop.db", "company/shop/db.py"),
    "namespace package itself": (NAMESPACE, "app.py", "company.shop", "company/shop"),
    "package in a namespace": (NAMESPACE, "app.py", "company.mail", "company/mail/__init__.py"),
    "relative, one dot": (PACKAGE, "pkg/a.py", ".b", "pkg/b.py"),
    "relative, in an __init__": (PACKAGE, "pkg/__init__.py", ".a", "pkg/a.py"),
    "relative, two dots": (PACKAGE, "pkg/sub/c.py", "..a", "pkg/a.py"),
    "relative, three dots": (PACKAGE, "pkg/sub/deep/d.py", "...sub.c", "pkg/sub/c.py"),
    "relative, dots only": (PACKAGE, "pkg/sub/c.py", ".", "pkg/sub/__init__.py"),
    "relative, two dots only": (PACKAGE, "pkg/sub/c.py", "..", "pkg/__init__.py"),
    "relative, in a namespace": (NAMESPACE, "company/shop/db.py", ".db", "company/shop/db.py"),
    "beside a script inside a package": (PACKAGE, "pkg/a.py", "b", "pkg/b.py"),
    "beside a script inside a package, from a package below": (
        ["pkg/__init__.py", "pkg/db.py", "pkg/sub/__init__.py", "pkg/sub/c.py"],
        *("pkg/sub/c.py", "db", "pkg/db.py"),
    ),
    "own name for a module of Python's, beside": (
        ["app.py", "queue.py"],
        "app.py",
        "queue",
        "queue.py",
    ),
    "package before a file of its name": (
        ["a.py", "x.py", "x/__init__.py"],
        "a.py",
        "x",
        "x/__init__.py",
    ),
    "package of another part": (SHARED, "api/app.py", "base.db", "base/base/db.py"),
    "package of another part, itself": (SHARED, "api/app.py", "base", "base/base/__init__.py"),
    "package of another part, below its src": (
        SHARED,
        *("worker/run.py", "mail.send", "libs/mail/src/mail/send.py"),
    ),
    "folder with modules before a package of another part": (
        [*SHARED, "base/app.py"],
        *("api/app.py", "base", "base"),
    ),
}


@pytest.mark.parametrize(("files", "importer", "written", "path"), FOUND.values(), ids=FOUND)
def test_import_finds(files: list[str], importer: str, written: str, path: str) -> None:
    assert found(files, importer, written) == path


NOT_FOUND = {
    "library": (FLAT, "app.py", "flask"),
    "module of Python's": (FLAT, "app.py", "threading"),
    "part of a name": (FLAT, "app.py", "lib"),
    "something below a file": (FLAT, "app.py", "db.connection"),
    "something that a package has not": (PACKAGE, "pkg/a.py", "pkg.z"),
    "file of a folder without its name": (FLAT, "app.py", "clean"),
    "bare name of a sibling folder's file": (NESTED, "backend/shop/x.py", "x.y"),
    "relative, above the project": (PACKAGE, "pkg/a.py", "...a"),
    "relative, not there": (PACKAGE, "pkg/a.py", ".z"),
    "relative is not absolute": (PACKAGE, "pkg/a.py", ".pkg"),
    "Python's own, though another folder has one": (
        ["web/app.py", "web/__init__.py", "tools/queue.py", "queue.py"],
        *("tools/clean/x.py", "signal"),
    ),
    "Python's own, though the root has one": (
        ["web/shop/a.py", "queue.py"],
        "web/shop/a.py",
        "queue",
    ),
    "Python's own, though a package has one": (
        ["pkg/__init__.py", "pkg/a.py", "pkg/queue.py"],
        *("pkg/a.py", "queue"),
    ),
    "file that is no module": (["app.py", "notes.txt"], "app.py", "notes"),
    "package that two other parts have": (
        [*SHARED, "old/base/__init__.py", "old/base/db.py"],
        *("api/app.py", "base.db"),
    ),
    "folder of another part that is no package": (
        ["api/app.py", "worker/tasks/send.py"],
        *("api/app.py", "tasks.send"),
    ),
    "package inside a package of another part": (
        ["api/app.py", "lib/shop/__init__.py", "lib/shop/mail/__init__.py"],
        *("api/app.py", "mail"),
    ),
    "something that the package of another part has not": (SHARED, "api/app.py", "base.mail"),
    "Python's own, though another part has a package of it": (
        ["api/app.py", "tools/queue/__init__.py"],
        *("api/app.py", "queue"),
    ),
    "anything, from a package that is the project's root": (["__init__.py", "a.py"], "a.py", "b"),
}


@pytest.mark.parametrize(("files", "importer", "written"), NOT_FOUND.values(), ids=NOT_FOUND)
def test_import_is_not_of_the_project(files: list[str], importer: str, written: str) -> None:
    importers = [*files, importer]
    assert found(importers, importer, written) is None


def test_package_of_another_part_does_not_hide_an_installed_library() -> None:
    files = ["api/app.py", "vendor/redis/__init__.py"]
    assert found(files, "api/app.py", "redis") == "vendor/redis/__init__.py"
    assert found(files, "api/app.py", "redis", installed=frozenset({"redis"})) is None


def test_folder_does_not_hide_an_installed_library() -> None:
    files = ["app.py", "redis/dump.py"]
    assert found(files, "app.py", "redis") == "redis"
    assert found(files, "app.py", "redis", installed=frozenset({"redis"})) is None


def test_module_in_a_folder_named_like_a_library_is_still_found() -> None:
    files = ["app.py", "redis/dump.py"]
    assert found(files, "app.py", "redis.dump", installed=frozenset({"redis"})) == "redis/dump.py"


def test_configured_source_root_goes_before_the_usual_ones() -> None:
    files = ["python/shop/__init__.py", "src/shop/__init__.py", "run.py"]
    assert found(files, "run.py", "shop") == "src/shop/__init__.py"
    roots = ["python/"]
    assert found(files, "run.py", "shop", source_roots=roots) == "python/shop/__init__.py"


def test_src_that_is_a_package_is_no_source_root() -> None:
    files = ["src/__init__.py", "src/db.py", "other/app.py"]
    assert found(files, "other/app.py", "db") is None
    assert found(files, "other/app.py", "src.db") == "src/db.py"


NAMES = {
    "app.py": "app",
    "pkg/sub/c.py": "pkg.sub.c",
    "pkg/sub/__init__.py": "pkg.sub",
    "src/shop/db.py": "shop.db",
    "tools/clean.py": "clean",
    "__init__.py": "__init__",
}


@pytest.mark.parametrize(("path", "name"), NAMES.items(), ids=NAMES)
def test_name_begins_at_the_outermost_package(path: str, name: str) -> None:
    module = ModuleIndex([*FLAT, *PACKAGE, *SRC, "__init__.py"]).at(path)
    assert module == Module(path, name, path.endswith("__init__.py"))


def test_name_can_be_set_to_what_the_project_says() -> None:
    index = ModuleIndex(NAMESPACE)
    index.rename({"company/shop/db.py": "company.shop.db"})
    assert index.at("company/shop/db.py").name == "company.shop.db"
    assert found(NAMESPACE, "app.py", "company.shop.db") == "company/shop/db.py"


LAYERED = ["run.py", "config.py", "shop/db.py", "shop/config.py", "shop/redis.py", "shop/mail.py"]
"""A namespace package: `run.py` imports `shop.…`."""

IN_LAYERS = {
    "library of its own name": ("shop/redis.py", "redis", None),
    "file at the root before its neighbour": ("shop/db.py", "config", "config.py"),
    "neighbour's bare name, as a script may": ("shop/db.py", "mail", "shop/mail.py"),
    "neighbour's whole name": ("shop/db.py", "shop.mail", "shop/mail.py"),
    "itself by its whole name": ("shop/redis.py", "shop.redis", "shop/redis.py"),
    "neighbour of one that is imported by its bare name": ("shop/mail.py", "db", "shop/db.py"),
    "neighbour first, where the bare name is its own": (
        *("shop/mail.py", "config"),
        "shop/config.py",
    ),
}


@pytest.mark.parametrize(("importer", "written", "path"), IN_LAYERS.values(), ids=IN_LAYERS)
def test_module_of_a_longer_name_is_looked_for_where_it_begins(
    importer: str, written: str, path: str | None
) -> None:
    index = ModuleIndex(LAYERED)
    index.rename({f"shop/{name}.py": f"shop.{name}" for name in ("db", "config", "redis")})
    module = index.at(importer)
    assert module
    found = index.resolve(module, written)
    assert (found.path if isinstance(found, Module) else found) == path


def test_shorter_name_does_not_move_where_a_module_is_looked_for() -> None:
    index = ModuleIndex(["b.py", "pkg/__init__.py", "pkg/a.py", "pkg/b.py"])
    index.rename({"pkg/a.py": "a"})
    module = index.at("pkg/a.py")
    assert module
    assert index.resolve(module, "b") == index.at("b.py")


def test_longer_name_does_not_make_a_neighbour_out_of_an_installed_library() -> None:
    index = ModuleIndex(LAYERED, installed=frozenset({"redis"}))
    index.rename({"shop/db.py": "shop.db"})
    module = index.at("shop/db.py")
    assert module
    assert index.resolve(module, "redis") is None


def test_file_in_a_package_that_imports_its_own_bare_name_means_a_library() -> None:
    assert found(["pkg/__init__.py", "pkg/redis.py"], "pkg/redis.py", "redis") is None


def test_script_may_import_itself() -> None:
    assert found(["app.py"], "app.py", "app") == "app.py"


def test_package_that_is_installed_may_import_itself() -> None:
    files = ["shop/__init__.py", "shop/db.py", "shop/sub/__init__.py"]
    for path, name in (("shop/__init__.py", "shop"), ("shop/sub/__init__.py", "shop.sub")):
        assert found(files, path, name, installed=frozenset({"shop"})) == path


def test_script_that_is_named_like_a_library_imports_that() -> None:
    assert found(["queue.py"], "queue.py", "queue") is None
    assert found(["redis.py"], "redis.py", "redis", installed=frozenset({"redis"})) is None


def test_modules_are_in_order_of_their_paths() -> None:
    index = ModuleIndex(["b.py", "a/z.py", "a.py"])
    assert [module.path for module in index.modules] == ["a.py", "a/z.py", "b.py"]


def test_file_of_another_name_imports_modules_but_none_imports_it() -> None:
    assert found(["serve", "db.py"], "serve", "db") == "db.py"
    assert found(["serve", "app.py"], "app.py", "serve") is None


def above(path: str) -> list[str]:
    index = ModuleIndex([*PACKAGE, *NAMESPACE])
    return [module.path for module in index.packages_above(index.at(path))]


def test_packages_are_loaded_before_a_module_from_the_outside_in() -> None:
    assert above("pkg/sub/c.py") == ["pkg/__init__.py", "pkg/sub/__init__.py"]
    assert above("pkg/sub/__init__.py") == ["pkg/__init__.py"]


def test_nothing_is_loaded_before_a_module_outside_of_packages() -> None:
    assert above("pkg/__init__.py") == []
    assert above("app.py") == []
    assert above("company/shop/db.py") == []


def test_bare_name_of_a_script_s_neighbour_loads_no_package() -> None:
    index = ModuleIndex(PACKAGE)
    module = index.at("pkg/b.py")
    assert index.loaded_before(module, "b", 0) == []
    assert index.loaded_before(module, "pkg.b", 0) == [index.at("pkg/__init__.py")]
    assert index.loaded_before(module, "b", 1) == [index.at("pkg/__init__.py")]


def test_submodule_is_one_of_a_package_only() -> None:
    index = ModuleIndex([*PACKAGE, *NAMESPACE])
    package = index.at("pkg/__init__.py")
    assert index.submodule(package, "a") == index.at("pkg/a.py")
    assert index.submodule("company/shop", "db") == index.at("company/shop/db.py")
    assert index.submodule(package, "z") is None
    assert index.submodule(index.at("pkg/a.py"), "b") is None


def test_file_that_is_not_there_is_no_module() -> None:
    assert ModuleIndex(FLAT).at("gone.py") is None
