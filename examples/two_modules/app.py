"""The guest book again, with its class in a module of its own: `db.py`."""

from db import MyDBClass
from flask import Flask, jsonify, request

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
