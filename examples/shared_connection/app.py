"""A guest book with one connection for all requests: `reloadlint fix` can cure it."""

import sqlite3

from flask import Flask, request

app = Flask(__name__)
db = sqlite3.connect("guestbook.sqlite3", check_same_thread=False)


@app.cli.command("init-db")
def init_db():
    """Make the table."""
    with db:
        db.execute("CREATE TABLE IF NOT EXISTS entries (text TEXT)")


@app.get("/")
def index():
    return [text for (text,) in db.execute("SELECT text FROM entries")]


@app.post("/")
def write():
    with db:
        db.execute("INSERT INTO entries VALUES (?)", (request.form["text"],))
    return "", 201


if __name__ == "__main__":
    app.run(debug=True)
