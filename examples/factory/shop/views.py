"""The shop's pages."""

from flask import Blueprint, jsonify, request

from . import orders
from .extensions import mailer

bp = Blueprint("shop", __name__)


@bp.get("/orders")
def list_orders():
    return jsonify(orders.all_orders())


@bp.post("/orders")
def order():
    wish = request.get_json()
    orders.place(wish["customer"], wish["article"])
    mailer.send(wish["customer"], f"Your {wish['article']} is on its way.")
    return "", 201
