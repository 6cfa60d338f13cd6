"""The catalogue: its data is whole and consistent, its loader strict, its index complete."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import get_args

import pytest

from reloadlint.effects.catalogue import (
    Catalogue,
    CatalogueError,
    Condition,
    Cure,
    EffectName,
    Entry,
    Role,
    decode,
    load,
    parse,
)

FOLDER = Path(__file__).resolve().parents[2] / "src" / "reloadlint" / "effects" / "catalog"
FILES = sorted(file.name for file in FOLDER.glob("*.toml"))
ENTRIES = tuple(load())
EAGER = [entry for entry in ENTRIES if entry.when == "eager"]
LAZY = [entry for entry in ENTRIES if entry.when == "lazy"]
HELD = [entry for entry in EAGER if not entry.transient]

TABLE = {
    "name": "shop.Bus",
    "library": "shop",
    "when": "eager",
    "effects": ["thread"],
    "role": "client",
    "cure": "lazy",
    "closers": ["stop"],
}


def entry(**changes):
    """A small valid entry with some of its keys changed; None leaves a key out."""
    table = {key: value for key, value in (TABLE | changes).items() if value is not None}
    return decode([table], "test")[0]


def names(entries):
    return sorted(item.name for item in entries)


# --- the data ---


@pytest.mark.parametrize("name", FILES)
def test_every_file_decodes_and_has_entries(name):
    assert parse(_text(name), name)


def test_catalogue_as_installed_says_what_the_files_say():
    assert list(ENTRIES) == [entry for name in FILES for entry in parse(_text(name), name)]


def test_every_field_has_its_file():
    assert {"stdlib.toml", "databases.toml", "messaging.toml", "hardware.toml"} <= set(FILES)


def test_no_name_is_given_twice_in_the_files():
    read = [item.name for name in FILES for item in parse(_text(name), name)]
    assert sorted(read) == sorted(set(read))


def test_no_name_or_alias_belongs_to_two_entries():
    owners = defaultdict(set)
    for item in ENTRIES:
        for alias in (item.name, *item.aliases):
            owners[alias].add(item.name)
    assert {alias: who for alias, who in owners.items() if len(who) > 1} == {}


def test_every_name_leads_to_its_own_entry():
    """An alias that a method inherits from its class never hides another entry."""
    for item in ENTRIES:
        for alias in (item.name, *item.aliases):
            assert load().lookup(alias) is item, alias


def test_it_is_large_and_knows_what_is_no_hazard():
    assert len(ENTRIES) >= 350
    assert len({item.library for item in ENTRIES}) >= 150
    assert len(LAZY) * 3 >= len(ENTRIES)


def test_every_entry_says_what_was_measured_or_why_not():
    assert names(item for item in ENTRIES if bool(item.measured) == bool(item.unmeasured)) == []


def test_lazy_entries_have_no_effect_and_no_cure():
    assert names(item for item in LAZY if item.effects or item.cure != "none") == []


def test_eager_entries_have_effects_of_the_contract():
    assert names(item for item in EAGER if not item.effects) == []
    assert {effect for item in EAGER for effect in item.effects} == set(get_args(EffectName))


def test_an_effect_is_named_once():
    assert names(item for item in EAGER if len(set(item.effects)) != len(item.effects)) == []


def test_roles_and_cures_are_words_of_the_contract():
    assert {item.role for item in ENTRIES} == set(get_args(Role))
    assert {item.cure for item in ENTRIES} == set(get_args(Cure))


def test_what_is_over_when_the_call_returns_needs_no_cure():
    assert names(item for item in EAGER if item.transient and item.cure != "none") == []


def test_what_is_held_has_a_closer_or_says_how_it_ends():
    assert names(item for item in HELD if not item.closers and not item.note) == []


def test_what_is_held_without_a_cure_says_why():
    without = [item for item in HELD if item.cure == "none"]
    assert names(item for item in without if not item.note and not item.unmeasured) == []


def test_daemon_is_known_of_all_but_what_the_object_itself_decides():
    undecided = names(
        item for item in HELD if item.daemon is None and {"thread", "process"} & set(item.effects)
    )
    assert undecided == [
        "multiprocessing.Process.start",
        "threading.Thread.start",
        "threading.Timer.start",
    ]


def test_only_threads_and_processes_are_daemons():
    background = {"thread", "process"}
    assert (
        names(
            i
            for i in ENTRIES
            if i.daemon is not None and not background & {*i.effects, *i.forced_effects}
        )
        == []
    )


def test_a_deferred_cure_names_an_argument_that_silences_the_call():
    deferred = [item for item in ENTRIES if item.cure == "defer"]
    assert names(deferred) == ["mongoengine.connect", "pymongo.MongoClient"]
    for item in deferred:
        tests = [c for c in item.unless if c.argument == item.defer.argument]
        assert [c.holds(passed=True, value=item.defer.value) for c in tests] == [True]


def test_what_is_returned_is_a_qualified_name_or_the_object_itself():
    classes = [i for i in ENTRIES if i.returns not in (None, "self")]
    assert names(i for i in classes if "." not in i.returns) == []
    methods = [i for i in ENTRIES if i.returns == "self"]
    assert names(i for i in methods if not i.name.rsplit(".", 2)[-2][:1].isupper()) == []


def test_what_a_method_starts_is_never_put_on_g_when_its_class_is_a_service():
    """The class's own entry says what an object is for, whichever method acted."""
    services = {item.name for item in ENTRIES if item.role == "service"}
    methods = [item for item in HELD if item.name.rpartition(".")[0] in services]
    assert methods
    assert names(item for item in methods if item.cure in ("g", "pool")) == []


# --- finding entries ---


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("redis.client.Redis", "redis.Redis"),
        ("pymongo.synchronous.mongo_client.MongoClient", "pymongo.MongoClient"),
        ("sqlite3.dbapi2.connect", "sqlite3.connect"),
        ("concurrent.futures.thread.ThreadPoolExecutor", "concurrent.futures.ThreadPoolExecutor"),
        ("multiprocessing.context.BaseContext.Pool", "multiprocessing.Pool"),
        ("kafka.producer.kafka.KafkaProducer", "kafka.KafkaProducer"),
        ("pymysql.connections.Connection", "pymysql.connect"),
    ],
)
def test_an_alias_leads_to_the_entry(alias, name):
    assert load().lookup(alias) is load().lookup(name)


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        (
            "concurrent.futures.process.ProcessPoolExecutor.submit",
            "concurrent.futures.ProcessPoolExecutor.submit",
        ),
        ("multiprocessing.process.BaseProcess.start", "multiprocessing.Process.start"),
        ("http.client.HTTPSConnection.request", "http.client.HTTPConnection.request"),
        ("sqlalchemy.engine.base.Engine.connect", "sqlalchemy.engine.Engine.connect"),
        ("multiprocessing.JoinableQueue.put_nowait", "multiprocessing.Queue.put"),
    ],
)
def test_an_alias_of_the_class_leads_to_its_methods(alias, name):
    assert load().lookup(alias) is load().lookup(name)


@pytest.mark.parametrize("name", ["", "sqlite3", "os.path.join", "redis.Redis.get", "threading"])
def test_what_is_not_known_is_none(name):
    assert load().lookup(name) is None


@pytest.mark.parametrize(
    "name",
    [
        "boto3.client",
        "celery.Celery",
        "concurrent.futures.ThreadPoolExecutor",
        "flask_sqlalchemy.SQLAlchemy",
        "redis.Redis",
        "requests.Session",
        "sqlalchemy.create_engine",
        "threading.Thread",
    ],
)
def test_what_acts_at_first_use_only_is_lazy(name):
    assert load().lookup(name).when == "lazy"


@pytest.mark.parametrize(
    ("name", "effects"),
    [
        ("threading.Thread.start", {"thread"}),
        ("sqlite3.connect", {"dbfile"}),
        ("socket.socket", {"socket"}),
        ("socket.socket.bind", {"listen"}),
        ("subprocess.Popen", {"process"}),
        ("pymongo.MongoClient", {"thread", "socket"}),
        ("serial.Serial", {"device"}),
        ("prometheus_client.start_http_server", {"listen", "thread"}),
    ],
)
def test_what_acts_at_once_is_eager(name, effects):
    found = load().lookup(name)
    assert (found.when, found.transient, set(found.effects)) == ("eager", False, effects)


@pytest.mark.parametrize("name", ["requests.get", "subprocess.run", "os.system"])
def test_what_is_over_when_it_returns_is_transient(name):
    assert load().lookup(name).transient


def test_closers_are_all_names_that_close_something():
    assert {"close", "shutdown", "loop_stop", "join", "dispose"} <= load().closers


def test_loading_reads_the_files_once():
    assert load() is load()
    assert len(load()) == len(ENTRIES)


# --- conditions ---


@pytest.mark.parametrize(
    ("test", "passed", "value", "expected"),
    [
        ({"equals": False}, True, False, True),
        ({"equals": False}, True, True, False),
        ({"equals": False}, True, 0, False),
        ({"equals": False}, False, False, False),
        ({"equals": "r"}, True, "r", True),
        ({"given": True}, True, "host", True),
        ({"given": True}, True, None, False),
        ({"given": True}, False, None, False),
        ({"missing": True}, False, None, True),
        ({"missing": True}, True, "host", False),
        ({"truthy": True}, True, 2, True),
        ({"truthy": True}, True, 0, False),
        ({"truthy": True}, False, 0, False),
        ({"falsy": True}, True, None, True),
        ({"falsy": True}, True, "yes", False),
        ({"falsy": True}, False, None, False),
    ],
)
def test_a_condition_judges_a_literal(test, passed, value, expected):
    condition = entry(unless=[{"argument": "a"} | test]).unless[0]
    assert condition.holds(passed, value) is expected


@pytest.mark.parametrize("test", [{"equals": 1}, {"truthy": True}, {"falsy": True}])
def test_a_value_that_is_not_known_decides(test):
    assert entry(unless=[{"argument": "a"} | test]).unless[0].holds(passed=True) is None


@pytest.mark.parametrize(
    ("test", "expected"), [({"given": True}, True), ({"missing": True}, False)]
)
def test_that_an_argument_is_passed_needs_no_value(test, expected):
    assert entry(unless=[{"argument": "a"} | test]).unless[0].holds(passed=True) is expected


# --- context managers ---


def test_with_closes_what_has_a_closer():
    assert entry().closes_on_exit


def test_with_closes_nothing_without_a_closer():
    assert not entry(closers=None).closes_on_exit


def test_with_may_keep_the_object_open():
    assert not load().lookup("sqlite3.connect").closes_on_exit
    assert load().lookup("psycopg.connect").closes_on_exit


# --- what users add ---


def test_a_user_adds_an_entry():
    merged = load().merge([entry(aliases=["shop.bus.Bus"])])
    assert merged.lookup("shop.bus.Bus").effects == ("thread",)
    assert merged.lookup("redis.Redis") is load().lookup("redis.Redis")
    assert load().lookup("shop.Bus") is None


def test_a_users_entry_replaces_one_of_the_same_name():
    merged = load().merge([entry(name="redis.Redis")])
    assert merged.lookup("redis.Redis").library == "shop"
    assert len(merged) == len(load())


def test_a_users_entry_takes_over_an_alias():
    merged = load().merge([entry(name="redis.client.Redis")])
    assert merged.lookup("redis.client.Redis").library == "shop"
    assert merged.lookup("redis.Redis").library == "redis"


# --- errors ---


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"colour": "red"}, "unknown field `colour`"),
        ({"role": None}, "missing required field `role`"),
        ({"effects": ["camera"]}, "Invalid enum value 'camera'"),
        ({"effects": []}, "a lazy entry has no effects"),
        ({"when": "lazy"}, "a lazy entry has no effects"),
        ({"when": "lazy", "effects": []}, "needs no cure"),
        ({"cure": "defer"}, "belong together"),
        ({"defer": {"argument": "a", "value": False}}, "belong together"),
        ({"unless": [{"argument": "a"}]}, "a condition needs one of"),
        ({"unless": [{"argument": "a", "given": True, "equals": 1}]}, "a condition needs one of"),
        ({"unless": [{"argument": "a", "giveen": True}]}, "unknown field `giveen`"),
        ({"transient": "yes"}, "Expected `bool`"),
    ],
)
def test_an_error_names_the_origin_the_entry_and_the_reason(changes, reason):
    with pytest.raises(CatalogueError, match=r"^shop\.toml: entry shop\.Bus: ") as raised:
        decode([{k: v for k, v in (TABLE | changes).items() if v is not None}], "shop.toml")
    assert reason in str(raised.value)


def test_an_entry_without_a_name_is_named_by_its_place():
    with pytest.raises(CatalogueError, match=r"^shop\.toml: entry number 2: "):
        decode([TABLE, {"library": "shop"}], "shop.toml")


def test_an_entry_that_is_no_table_is_an_error():
    with pytest.raises(CatalogueError, match=r"^pyproject\.toml: entry number 1: "):
        decode(["shop.Bus"], "pyproject.toml")


def test_broken_toml_is_an_error_that_names_the_file():
    with pytest.raises(CatalogueError, match=r"^shop\.toml: "):
        parse("[[callable]\n", "shop.toml")


def test_a_file_holds_entries_only():
    with pytest.raises(CatalogueError, match="unknown key `function`"):
        parse("[[function]]\nname = 'a.b'\n", "shop.toml")


def test_entries_compare_by_value():
    assert entry() == entry()
    assert isinstance(entry(), Entry)
    assert Condition(argument="a", given=True) == Condition(argument="a", given=True)
    assert len(Catalogue([entry(), entry()])) == 1


def _text(name):
    return (FOLDER / name).read_text("utf-8")
