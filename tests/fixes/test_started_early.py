"""Threads that are started before there is a request, and what they use."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixes.workshop import fixed, repair, verdict

HEAD = """\
    import threading
    from threading import Thread

    from flask import Flask
    from kafka import {client}

    app = Flask(__name__)
    {name} = {client}()


    @app.get("/")
    def index():
        return "ready"


    def work():
        print({name}.metrics())


    def more():
        work()

"""

WORKER = """\
class Worker(Thread):
        def run(self):
            work()


    Worker().start()"""
STARTS = [
    "Thread(target=work, daemon=True).start()",
    "threading.Timer(1, more).start()",
    "worker = Thread(target=more)\n    worker.daemon = True\n    worker.start()",
    "Thread(target=lambda: work(), daemon=True).start()",
    WORKER,
]
NO_STARTS = [
    "worker = Thread(target=work, daemon=True)",
    "Thread(target=index, daemon=True).start()",
    "@app.get('/on')\n    def on():\n        Thread(target=work).start()\n        return 'on'",
]


def _text(client: str, rest: str) -> str:
    return HEAD.format(client=client, name=client.removeprefix("Kafka").lower()) + f"\n    {rest}\n"


def _reason(folder: Path, text: str, **options: str) -> str | None:
    """Why the first finding is not fixed."""
    return repair(folder, {"app.py": text}, **options).outcomes[0].reason


@pytest.mark.parametrize("start", STARTS)
def test_what_a_thread_uses_that_loading_starts_is_made_by_loading_all_the_same(
    tmp_path: Path, start: str
) -> None:
    reason = _reason(tmp_path, _text("KafkaProducer", start))
    assert reason is not None
    assert reason.startswith("a thread that is started while the module is loaded (line ")
    assert "uses it (line 17 of app.py)" in reason


@pytest.mark.parametrize("start", NO_STARTS)
def test_threads_that_requests_start_or_that_use_something_else_are_no_obstacle(
    tmp_path: Path, start: str
) -> None:
    assert _reason(tmp_path, _text("KafkaProducer", start)) is None


def test_thread_of_the_main_guard_is_the_guards_own_matter(tmp_path: Path) -> None:
    guard = (
        "if __name__ == '__main__':\n        Thread(target=work, daemon=True).start()\n"
        "        app.run(debug=True)"
    )
    text = fixed(tmp_path, {"app.py": _text("KafkaProducer", guard)})["app.py"]
    assert "print(get_producer().metrics())" in text
    assert text.endswith(
        "    if not debug or is_running_from_reloader():\n"
        "        Thread(target=work, daemon=True).start()\n"
        "    app.run(debug=debug)\n"
    )


@pytest.mark.parametrize("start", STARTS)
def test_what_such_a_thread_needs_does_not_wait_for_a_request(tmp_path: Path, start: str) -> None:
    reason = _reason(tmp_path, _text("KafkaConsumer", start))
    assert reason is not None
    if "lambda" in start:
        assert reason.startswith("`work()` in line 24 needs it")
        return
    assert reason.startswith("a thread that is started earlier (line ")
    assert reason.endswith("`--strategy lazy` has it made where it is first used")


@pytest.mark.parametrize("start", NO_STARTS)
def test_what_other_threads_need_may_wait_for_a_request(tmp_path: Path, start: str) -> None:
    reason = _reason(tmp_path, _text("KafkaConsumer", start))
    assert reason is not None
    assert reason.startswith("it is started with the first request")


GUARD = """\
    from threading import Thread

    from flask import Flask
    from kafka import KafkaConsumer

    app = Flask(__name__)


    def work():
        for message in consumer:
            print(message)


    if __name__ == "__main__":
        consumer = KafkaConsumer("news")
        worker = Thread(target=work{daemon})
        worker.start()
        print("serving")
        app.run(debug=True)
    """


def test_what_a_thread_needs_stays_above_its_start(tmp_path: Path) -> None:
    text = fixed(tmp_path, {"app.py": GUARD.format(daemon=", daemon=True")})["app.py"]
    assert text.endswith(
        "    if not debug or is_running_from_reloader():\n"
        '        consumer = KafkaConsumer("news")\n'
        "        worker.start()\n"
        "    app.run(debug=debug)\n"
    )


def test_what_a_thread_needs_is_left_alone_where_that_is_not_guarded(tmp_path: Path) -> None:
    made = repair(tmp_path, {"app.py": GUARD.format(daemon="")})
    assert not made.changes
    assert made.outcomes[0].reason == (
        "a thread that is started earlier (line 17) needs it (in `work()`)"
    )


def test_module_level_thread_and_what_it_needs_move_together(tmp_path: Path) -> None:
    text = """\
        from threading import Thread

        from flask import Flask
        from kafka import KafkaConsumer

        app = Flask(__name__)
        consumer = KafkaConsumer("news")


        def work():
            for message in consumer:
                print(message)


        Thread(target=work, daemon=True).start()


        if __name__ == "__main__":
            app.run(debug=True)
        """
    changed = fixed(tmp_path, {"app.py": text}, unsafe=True)["app.py"]
    assert changed.endswith(
        "    if not debug or is_running_from_reloader():\n"
        '        consumer = KafkaConsumer("news")\n'
        "        Thread(target=work, daemon=True).start()\n"
        "    app.run(debug=debug)\n"
    )


def test_that_servers_never_start_it_comes_before_what_decides_on_the_reloader(
    tmp_path: Path,
) -> None:
    text = """\
        from apscheduler.schedulers.background import BackgroundScheduler
        from flask import Flask

        app = Flask(__name__)
        scheduler = BackgroundScheduler()
        scheduler.start()

        if __name__ == "__main__":
            app.run()
        """
    cure = verdict(tmp_path, {"app.py": text})
    assert cure.reason == (
        "`flask run` and gunicorn never run the main guard, and would no longer start it"
    )


def test_reason_names_the_class_in_whose_body_it_starts(tmp_path: Path) -> None:
    text = """\
        from threading import Thread

        from flask import Flask

        app = Flask(__name__)


        class Config:
            WORKER = Thread(target=print, daemon=True).start()


        if __name__ == "__main__":
            app.run(debug=True)
        """
    reason = "it starts in the body of `class Config`, not in a statement of the module by itself"
    assert verdict(tmp_path, {"app.py": text}).reason == reason


TASK = """\
    from flask import Flask
    from flask_socketio import SocketIO

    app = Flask(__name__)
    socketio = SocketIO(app)


    def tick():
        while True:
            socketio.sleep(1)


    {start}


    def announce(name):
        return lambda: socketio.emit(name)


    announce("x")
    """


def test_starting_a_task_leaves_the_object_that_does_so_as_it_is(tmp_path: Path) -> None:
    text = TASK.replace("{start}", "socketio.start_background_task(tick)")
    changed = fixed(tmp_path, {"app.py": text}, unsafe=True)["app.py"]
    assert "def start_tick():\n    global _tick_started\n" in changed
    assert changed.endswith('\n\nannounce("x")\n')


def test_task_that_loading_needs_stays_where_it_is(tmp_path: Path) -> None:
    text = TASK.replace("{start}", "task = socketio.start_background_task(tick)")
    text = text.replace("socketio.emit(name)", "task.join()").replace("lambda: ", "")
    made = repair(tmp_path, {"app.py": text}, unsafe=True)
    assert not made.changes
    assert made.outcomes[0].reason == "`announce()` in line 20 needs it while loading"


@pytest.mark.parametrize(
    ("start", "is_said"),
    [
        ("subprocess.Popen(['mailer'])", True),
        ("mailer = subprocess.Popen(['mailer'])", False),
        ("threading.Thread(target=print, daemon=True).start()", False),
    ],
)
def test_note_says_that_a_program_which_nothing_stops_goes_on(
    start: str, is_said: bool, tmp_path: Path
) -> None:
    text = (
        "import subprocess\nimport threading\n\nfrom flask import Flask\n\napp = Flask(__name__)\n"
        f"\nif __name__ == '__main__':\n    {start}\n    app.run(debug=True)\n"
    )
    (outcome,) = repair(tmp_path, {"app.py": text}).outcomes
    assert outcome.reason is None
    assert ("each reload starts another one" in outcome.note) == is_said
