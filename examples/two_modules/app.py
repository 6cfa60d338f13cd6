"""The guest book again, with its class in a module of its own: `db.py`."""

from db import MyDBClass
from flask import Flask, jsonify, request

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
