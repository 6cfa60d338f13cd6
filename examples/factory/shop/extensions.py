"""What the whole shop shares."""

import queue
import threading


class Mailer(threading.Thread):
    """Sends mail from the background, so that no order waits for the mail server."""

    def __init__(self):
        super().__init__(name="mailer", daemon=True)
        self._outbox = queue.Queue()

    def send(self, to, text):
        self._outbox.put((to, text))

    def run(self):
        while True:
            to, text = self._outbox.get()
            print(f"to {to}: {text}")


mailer = Mailer()
mailer.start()
