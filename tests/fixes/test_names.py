from __future__ import annotations

import pytest

from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.writing.names import accessor_name, closer_name, opener_name, stem_of


@pytest.mark.parametrize("name", ["db", "DB", "_db", "__db"])
def test_private_and_constant_names_have_the_same_stem(name):
    assert stem_of(name) == "db"


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("redisClient", "redis_client"),
        ("DBConn", "db_conn"),
        ("DB2", "db2"),
        ("REDIS_DB", "redis_db"),
    ],
)
def test_words_of_a_name_are_told_apart_as_functions_have_them(name, stem):
    assert stem_of(name) == stem


@pytest.mark.parametrize("name", ["_", "None_"])
def test_no_stem_from_what_gives_no_name(name):
    with pytest.raises(Refusal, match="no name"):
        stem_of(name.replace("None_", "_class_"))


def test_first_free_name_is_taken():
    assert accessor_name("db", {"get_db"}.__contains__) == "get_db_connection"
    assert closer_name("db", set().__contains__) == "close_db"
    assert opener_name("db", {"open_db"}.__contains__) == "open_db_connection"


def test_refused_if_every_name_is_taken():
    with pytest.raises(Refusal, match="taken"):
        accessor_name("db", lambda name: True)
