"""Entries that installed libraries bring: found by their metadata, never by importing them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reloadlint.effects.catalogue import CatalogueError, load
from reloadlint.effects.own_entries import catalogue_for
from reloadlint.linter import check_project
from reloadlint.settings import Settings

BUS = """\
[[callable]]
name = "shop.Bus"
library = "shop"
when = "eager"
effects = ["thread"]
daemon = false
closers = ["stop"]
role = "service"
cure = "guard"
"""
LAZY = BUS.replace('"eager"', '"lazy"').replace('["thread"]', "[]").replace('"guard"', '"none"')
LAZY = LAZY.replace("daemon = false\n", "")

Install = Callable[..., Settings]


@pytest.fixture
def install(tmp_path: Path) -> Install:
    """An environment with `shop`, whose metadata says where its entries are."""

    def installed(
        entries: str | None = BUS,
        *,
        points: str = "[reloadlint.catalog]\nany = shop.effects\n",
        metadata: str = "shop-1.0.dist-info",
        **settings: object,
    ) -> Settings:
        site = tmp_path / "env" / "lib" / "python3.11" / "site-packages"
        (site / "shop").mkdir(parents=True)
        (site / "shop" / "__init__.py").write_text("raise SystemExit('imported')\n")
        (site / metadata).mkdir()
        (site / metadata / "entry_points.txt").write_text(points)
        if entries is not None:
            (site / "shop" / "effects.toml").write_text(entries)
        return Settings(python=str(tmp_path / "env"), cache=False, **settings)

    return installed


def test_library_says_what_its_callables_do(install: Install) -> None:
    found = catalogue_for(install()).lookup("shop.Bus")
    assert found is not None
    assert (found.effects, found.closers) == (("thread",), ("stop",))


def test_module_that_calls_it_is_reported(install: Install, tmp_path: Path) -> None:
    settings = install()
    project = tmp_path / "project"
    project.mkdir()
    app = project / "app.py"
    app.write_text("import flask, shop\napp = flask.Flask(__name__)\nbus = shop.Bus()\n")
    assert [each.code for each in check_project([app], settings).findings] == ["RL101"]


def test_older_kind_of_metadata_is_read_as_well(install: Install) -> None:
    assert catalogue_for(install(metadata="shop.egg-info")).lookup("shop.Bus") is not None


def test_users_own_entry_goes_before_the_librarys(install: Install) -> None:
    settings = install(catalog={"shop.Bus": {"lazy": True}})
    found = catalogue_for(settings).lookup("shop.Bus")
    assert found is not None
    assert found.when == "lazy"


def test_librarys_entry_goes_before_ours(install: Install) -> None:
    settings = install(LAZY.replace("shop.Bus", "sqlite3.connect"))
    found = catalogue_for(settings).lookup("sqlite3.connect")
    assert found is not None
    assert found.when == "lazy"


def test_what_a_library_says_does_not_count_as_the_users_own(install: Install) -> None:
    assert "shop.Bus" not in catalogue_for(install()).own


@pytest.mark.parametrize(
    "points",
    [
        "",
        "[console_scripts]\nshop = shop:main\n",
        "[reloadlint.catalogue]\nany = shop.effects\n",
        "no section at all, but reloadlint.catalog\n",
    ],
)
def test_other_entry_points_say_nothing(install: Install, points: str) -> None:
    assert catalogue_for(install(points=points)) is load()


def test_nothing_is_read_where_libraries_are_not_followed(install: Install) -> None:
    assert catalogue_for(install("broken [", follow_installed=False)) is load()


def test_environment_without_folders_has_none(tmp_path: Path) -> None:
    assert catalogue_for(Settings(python=str(tmp_path), cache=False)) is load()


@pytest.mark.parametrize(
    ("entries", "points", "reason"),
    [
        ("[[callable]]\nname = 'shop.Bus'\n", None, "shop: effects.toml: entry shop.Bus: "),
        ("broken [", None, "shop: effects.toml: "),
        (None, None, "shop: its entry point names shop/effects.toml, which isn't installed"),
        (BUS, "[reloadlint.catalog]\nany = ../../secret\n", "which isn't installed"),
    ],
)
def test_wrong_entry_is_named_with_the_way_around(
    install: Install, entries: str | None, points: str | None, reason: str
) -> None:
    settings = install(entries, **({"points": points} if points else {}))
    with pytest.raises(CatalogueError) as raised:
        catalogue_for(settings)
    assert reason in str(raised.value)
    assert "`follow-installed = false`" in str(raised.value)
    assert "\n" not in str(raised.value)
