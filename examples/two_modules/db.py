"""The guest book's database. Loading this module alone starts nothing: it only has the class."""

import queue
import sqlite3
import threading
from contextlib import closing


class MyDBClass:
    """A SQLite database that any thread may ask: one thread alone touches the file."""

    def __init__(self, path):
        self._path = path
        self._questions = queue.Queue()
        self._start()

    def _start(self):
        self._thread = threading.Thread(target=self._answer, name="guest-book")
        self._thread.start()

    def _answer(self):
        while True:
            sql, parameters, answer = self._questions.get()
            with closing(sqlite3.connect(self._path)) as connection, connection:
                connection.execute("CREATE TABLE IF NOT EXISTS entries (text TEXT)")
                answer.put(connection.execute(sql, parameters).fetchall())

    def query(self, sql, *parameters):
        answer = queue.Queue()
        self._questions.put((sql, parameters, answer))
        return answer.get()

    def close(self):
        pass
