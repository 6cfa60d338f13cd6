"""Numbers for the monitoring, on a port of their own."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"shop_up 1\n")


def init_app(app):
    port = app.config.get("METRICS_PORT", 9464)
    server = HTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    app.extensions["metrics"] = server
