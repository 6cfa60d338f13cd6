"""The guest book's store. Loading this module alone starts nothing: it only defines the class."""

import queue
import threading


class MyDBClass:
    """Takes entries without making the visitor wait; a thread stores them."""

    def __init__(self):
        self.entries = []
        self._queue = queue.Queue()
        self._start()

    def _start(self):
        self._thread = threading.Thread(target=self._store, name="guest-book")
        self._thread.start()

    def _store(self):
        while True:
            self.entries.append(self._queue.get())

    def add(self, entry):
        self._queue.put(entry)

    def close(self):
        pass
