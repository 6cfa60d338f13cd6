"""RL101 to RL106: calls in a module's body that leave something behind in the process."""

from __future__ import annotations

from typing import ClassVar

from reloadlint.rules.base import Rule
from reloadlint.rules.cures import CURES


class ImportTimeRule(Rule):
    """A rule about one effect of loading a module; `phrase` completes "`call()` …"."""

    shared = CURES
    effect: ClassVar[str]
    phrase: ClassVar[str]


class ImportTimeServer(ImportTimeRule):
    """A port is bound while the module is loaded.

    ## What it does

    Follows everything that runs because a module is loaded, and reports the call that leaves a port
    bound, however deep in your own code or a library the binding happens.

    ## Why is this bad?

    The debug reloader loads the application in a parent process and again in a child. The parent
    keeps the port, the child is refused it: `OSError: [Errno 98] Address already in use`. With
    `python app.py` the server dies; under `flask run` the browser shows a traceback page.

    ## Known problems

    A port of 0 is a free one each time, so nothing is refused; the finding is still that two
    processes listen.

    ## Example

    ```python
    metrics = HTTPServer(("", 9100), MetricsHandler)
    ```

    ## Use instead

    Serve it from the application (a route, or `DispatcherMiddleware`), or start it only in the
    process that serves.

    ## Fix safety

    The fix is safe where it is shown that the application goes on answering as before and that
    what was opened is closed. An error in opening it then comes with the first use, no longer at
    start. Otherwise the fix is unsafe or only described, and says why.
    """

    code = "RL103"
    name = "import-time-server"
    effect = "listen"
    phrase = "binds a port"


class ImportTimeProcess(ImportTimeRule):
    """A child process is left running while the module is loaded.

    ## What it does

    Follows everything that runs because a module is loaded, and reports the call that leaves a
    child process behind. `subprocess.run` and a process that is joined are none.

    ## Why is this bad?

    The reloader's parent starts one and never ends it, every reload starts another. A
    `multiprocessing.Process` that is no daemon keeps the old child from exiting: the reload hangs.

    ## Known problems

    Whether a program that is started ends by itself is not known: `Popen` counts as one that goes
    on.

    ## Example

    ```python
    worker = multiprocessing.Process(target=work)
    worker.start()
    ```

    ## Use instead

    Start it only in the process that serves, or as a program of its own.

    ## Fix safety

    The fix is safe where it is shown that the application goes on answering as before and that
    what was opened is closed. An error in opening it then comes with the first use, no longer at
    start. Otherwise the fix is unsafe or only described, and says why.
    """

    code = "RL104"
    name = "import-time-process"
    effect = "process"
    phrase = "leaves a child process running"


class ImportTimeThread(ImportTimeRule):
    """A thread is started while the module is loaded.

    ## What it does

    Follows everything that runs because a module is loaded, and reports the call that leaves a
    thread running. A `Thread` that is never started is none, and neither is one that is joined.

    ## Why is this bad?

    The debug reloader loads the application in a parent process and again in a child for every
    change, so the thread runs at least twice at the same time, and the parent's goes on with the
    first version of the code. A thread that is no daemon keeps the old child from exiting: the
    log says "Detected change … reloading" and the reload then hangs for ever. `atexit` cannot
    help, since threads are joined before it runs. Under `gunicorn --preload` the thread runs in
    the master only: threads do not survive `fork()`.

    ## Known problems

    A thread whose function returns at once counts as running, and so does a timer. What is reached
    by names put together at run time is missed.

    ## Example

    ```python
    class Database:
        def __init__(self):
            threading.Thread(target=self._work).start()

    db = Database()
    ```

    ## Use instead

    Where the object belongs to a request, open it at first use and close it in a teardown:

    ```python
    def get_db():
        if "db" not in g:
            g.db = Database()
        return g.db

    @app.teardown_appcontext
    def close_db(exception=None):
        db = g.pop("db", None)
        if db is not None:
            db.close()
    ```

    A client that is meant to live once per process is made at first use, under a lock; a service
    is started only in the process that serves.

    ## Fix safety

    The fix is safe where it is shown that the application goes on answering as before and that
    what was opened is closed. An error in opening it then comes with the first use, no longer at
    start. Otherwise the fix is unsafe or only described, and says why.
    """

    code = "RL101"
    name = "import-time-thread"
    effect = "thread"
    phrase = "starts a thread"


class ImportTimeDevice(ImportTimeRule):
    """A camera, serial port or other device is held from the loading of the module on.

    ## What it does

    Follows everything that runs because a module is loaded, and reports the call that leaves a
    device open.

    ## Why is this bad?

    The reloader's parent holds the device for ever. The child that serves is refused it, or the
    two share its data: each gets half of the bytes.

    ## Known problems

    Whether the device is there, and whether it may be opened twice, depends on the machine: the
    catalogue says what was seen on one.

    ## Example

    ```python
    camera = cv2.VideoCapture(0)
    ```

    ## Use instead

    Open it at first use, once per process and under a lock, and release it at exit.

    ## Fix safety

    The fix is safe where it is shown that the application goes on answering as before and that
    what was opened is closed. An error in opening it then comes with the first use, no longer at
    start. Otherwise the fix is unsafe or only described, and says why.
    """

    code = "RL105"
    name = "import-time-device"
    effect = "device"
    phrase = "opens a device"


class ImportTimeDatabaseFile(ImportTimeRule):
    """A file database is opened while the module is loaded, and stays open.

    ## What it does

    Follows everything that runs because a module is loaded, and reports the call that leaves a file
    database open. One that is closed before loading ends is none.

    ## Why is this bad?

    Both of the reloader's processes hold the file. One with an exclusive lock (DuckDB) is refused
    to the second. A `sqlite3` connection may be used in the thread only that made it, and the
    development server answers each request in another: `SQLite objects created in a thread can
    only be used in that same thread`.

    ## Known problems

    A database in memory is reported like one in a file: each process has one of its own.

    ## Example

    ```python
    connection = sqlite3.connect("app.db")
    ```

    ## Use instead

    Open it at first use in a request, keep it on `flask.g`, close it in a teardown.

    ## Fix safety

    The fix is safe where it is shown that the application goes on answering as before and that
    what was opened is closed. An error in opening it then comes with the first use, no longer at
    start. Otherwise the fix is unsafe or only described, and says why.
    """

    code = "RL106"
    name = "import-time-database-file"
    effect = "dbfile"
    phrase = "opens a database file"


class ImportTimeSocket(ImportTimeRule):
    """A socket or connection is opened while the module is loaded, and stays open.

    ## What it does

    Follows everything that runs because a module is loaded, and reports the call that leaves a
    socket or connection open. Clients that connect at first use (`redis.Redis`, `create_engine`)
    are none.

    ## Why is this bad?

    Every process that loads the module opens one: the reloader's parent for ever, each child
    again, and each command of `flask`. Under `gunicorn --preload` one connection is shared by all
    workers over `fork()`, and their answers get mixed up. If the server is not there, the
    application doesn't even start.

    ## Known problems

    For a library whose version is not known, the newest is meant.

    ## Example

    ```python
    connection = psycopg2.connect(DSN)
    ```

    ## Use instead

    Open it at first use in a request, keep it on `flask.g`, close it in a teardown; or take a
    pool that opens at first use.

    ## Fix safety

    The fix is safe where it is shown that the application goes on answering as before and that
    what was opened is closed. An error in opening it then comes with the first use, no longer at
    start. Otherwise the fix is unsafe or only described, and says why.
    """

    code = "RL102"
    name = "import-time-socket"
    effect = "socket"
    phrase = "opens a connection"


BY_GRAVITY: tuple[type[ImportTimeRule], ...] = (
    ImportTimeServer,
    ImportTimeProcess,
    ImportTimeThread,
    ImportTimeDevice,
    ImportTimeDatabaseFile,
    ImportTimeSocket,
)
"""A call with several effects bears the first code that fits."""
