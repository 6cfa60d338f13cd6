"""A guest book whose database lives in a thread of its own.

Run it with `python app.py`, save this file while the server is up, and watch the reload hang:
`db` starts its thread while the module is being loaded, and nothing ever ends that thread.
"""

import queue
import sqlite3
import threading
from contextlib import closing

from flask import Flask, jsonify, request


class MyDBClass:
    """A SQLite database that any thread may ask: one thread alone touches the file."""

    def __init__(self, path):
        self._path = path
        self._questions = queue.Queue()
        self._thread = threading.Thread(target=self._answer)
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


app = Flask(__name__)
db = MyDBClass("guestbook.sqlite3")


@app.get("/")
def entries():
    return jsonify([text for (text,) in db.query("SELECT text FROM entries")])


@app.post("/")
def sign():
    db.query("INSERT INTO entries VALUES (?)", request.get_json())
    return "", 201


if __name__ == "__main__":
    app.run(debug=True)
