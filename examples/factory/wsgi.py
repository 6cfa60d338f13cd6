"""What the server loads: `gunicorn wsgi:app`, or `flask --app wsgi run --debug`."""

from shop import create_app

app = create_app()
