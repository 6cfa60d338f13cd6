"""A small shop, built by a factory.

The factory itself is as it should be, but the modules that it draws in are not: `extensions.py`
and `orders.py` act while they are being loaded, and `metrics.init_app` binds a port.
"""

from flask import Flask

from . import metrics, views


def create_app():
    app = Flask(__name__)
    app.config.from_prefixed_env()
    app.register_blueprint(views.bp)
    metrics.init_app(app)
    return app
