"""A guest book whose entries are written by a thread of their own.

Run it with `python app.py`, save this file while the server is up, and watch the reload hang:
`db` starts its thread while the module is being loaded, and nothing ever ends that thread.
"""

import queue
import threading

from flask import Flask, jsonify, request


class MyDBClass:
    """Takes entries without making the visitor wait; a thread stores them."""

    def __init__(self):
        self.entries = []
        self._queue = queue.Queue()
        self._thread = threading.Thread(target=self._store)
        self._thread.start()

    def _store(self):
        while True:
            self.entries.append(self._queue.get())

    def add(self, entry):
        self._queue.put(entry)

    def close(self):
        pass


app = Flask(__name__)
db = MyDBClass()


@app.get("/")
def entries():
    return jsonify(db.entries)


@app.post("/")
def sign():
    db.add(request.get_json())
    return "", 202


if __name__ == "__main__":
    app.run(debug=True)
