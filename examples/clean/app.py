"""The guest book as it should be: one connection per request, opened when it is needed.

Loading this module opens nothing, so a reload has nothing to double and nothing to wait for.
"""

import sqlite3

from flask import Flask, current_app, g, jsonify, request

app = Flask(__name__)
app.config["DATABASE"] = "guests.sqlite3"


def get_db():
    if "db" not in g:
        g.db = sqlite3.connect(current_app.config["DATABASE"])
    return g.db


@app.teardown_appcontext
def close_db(exc):
    db = g.pop("db", None)
    if db is not None:
        db.close()


@app.cli.command("init-db")
def init_db():
    """Create the table, once: `flask init-db`."""
    get_db().execute("CREATE TABLE IF NOT EXISTS entries (author TEXT, text TEXT)")


@app.get("/")
def entries():
    return jsonify(get_db().execute("SELECT author, text FROM entries").fetchall())


@app.post("/")
def sign():
    entry = request.get_json()
    with get_db() as db:
        db.execute("INSERT INTO entries VALUES (?, ?)", (entry["author"], entry["text"]))
    return "", 201


if __name__ == "__main__":
    app.run(debug=True)
