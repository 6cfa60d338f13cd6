"""The orders, in a database file next to the application."""

import sqlite3

connection = sqlite3.connect("shop.sqlite3", check_same_thread=False)
connection.execute("CREATE TABLE IF NOT EXISTS orders (customer TEXT, article TEXT)")


def all_orders():
    return connection.execute("SELECT customer, article FROM orders").fetchall()


def place(customer, article):
    with connection:
        connection.execute("INSERT INTO orders VALUES (?, ?)", (customer, article))
