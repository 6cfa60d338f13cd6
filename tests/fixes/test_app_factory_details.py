"""`--app-factory` in single cases: what goes where, and why something stays."""

from __future__ import annotations

import pytest

import reloadlint
from fixes.workshop import SETTINGS, fixed, repair, write
from reloadlint.fixer import fix_project
from reloadlint.fixes.draft import Wishes

HEAD = "from flask import Flask\n\napp = Flask(__name__)\n"
WISH = {"unsafe": True, "app_factory": True}
MANY = "\n".join(f"    line = {n}" for n in range(45))


def module(folder, text, **others):
    """What becomes of `app.py` with that text below the application."""
    return fixed(folder, {"app.py": HEAD + text, **others}, **WISH)["app.py"]


def reason(folder, files):
    """Why the only application is left as it is."""
    (factory,) = repair(folder, files, **WISH).factories
    return factory.reason


@pytest.mark.parametrize(
    ("imported", "made", "stays", "handed"),
    [
        ("flask_cors import CORS", "CORS(app)", "CORS()", "init_app(app)"),
        ("flask_cors import CORS", "CORS(app, max_age=3)", "CORS(max_age=3)", "init_app(app)"),
        ("flask_migrate import Migrate", "Migrate(app, db)", "Migrate()", "init_app(app, db)"),
        (
            "flask_limiter import Limiter",
            "Limiter(key, app=app, storage_uri='x')",
            "Limiter(key, storage_uri='x')",
            "init_app(app)",
        ),
        (
            "flask_caching import Cache",
            "Cache(app, True, config={})",
            "Cache(with_jinja2_ext=True, config={})",
            "init_app(app)",
        ),
    ],
)
def test_a_known_extension_is_made_in_two_steps(tmp_path, imported, made, stays, handed):
    text = f"db = key = None\nthing = {made}\n\n\n@thing.x\ndef f():\n    pass\n"
    after = module(tmp_path, f"from {imported}\n{text}")
    assert f"\nthing = {stays}\n" in after
    assert f"    thing.{handed}\n" in after


@pytest.mark.parametrize(
    "made", ["CORS(app, expose=app.name)", "CORS(*[app])", "CORS(application=app)"]
)
def test_an_extension_that_needs_more_of_it_is_made_in_the_factory(tmp_path, made):
    after = module(tmp_path, f"from flask_cors import CORS\ncors = {made}\n")
    assert f"    cors = {made}\n" in after


def test_a_view_that_something_decorates_above_its_route_is_nested(tmp_path):
    views = f"""

@app.route("/a")
def a():
{MANY}
    return "a"


@print
@app.route("/b")
def b():
    return "b"
"""
    after = module(tmp_path, views)
    assert 'app.add_url_rule("/a", view_func=a)' in after
    assert '    @print\n    @app.route("/b")\n    def b():' in after


def test_views_of_the_same_name_are_nested_in_their_order(tmp_path):
    one = f'\n\n@app.route("/%s", endpoint="%s")\ndef view():\n{MANY}\n    return "%s"\n'
    after = module(tmp_path, one % ("a", "a", "a") + one % ("b", "b", "b"))
    assert after.index('    @app.route("/a"') < after.index('    @app.route("/b"')


def test_a_view_that_hands_the_application_on_hands_on_the_object_behind_the_proxy(tmp_path):
    after = module(
        tmp_path, f'\n\n@app.route("/")\ndef a():\n{MANY}\n    return str(isinstance(app, Flask))\n'
    )
    assert "isinstance(current_app._get_current_object(), Flask)" in after


def test_a_view_whose_thread_needs_the_application_is_nested_among_many(tmp_path):
    views = f"""import threading


@app.route("/a")
def a():
{MANY}
    return "a"


@app.route("/b")
def b():
    def work():
        with app.app_context():
            pass

    threading.Thread(target=work).start()
    return "b"
"""
    after = module(tmp_path, views)
    assert '    @app.route("/b")\n    def b():' in after
    assert "current_app" not in after


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Dockerfile", 'CMD ["gunicorn", "-b", "0.0.0.0", "app:app"]\n'),
        ("gunicorn.conf.py", 'wsgi_app = "app:app"\n'),
        (".flaskenv", "FLASK_APP=app.py:app\n"),
        ("site.wsgi", "from app import app as application\n"),
        ("zappa_settings.json", '{"dev": {"app_function": "app.app"}}'),
    ],
)
def test_the_name_stays_where_a_server_is_told_it(tmp_path, name, text):
    write(tmp_path, {name: text})
    assert "\n\napp = create_app()\n" in module(tmp_path, "")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Procfile", "web: gunicorn 'app:create_app()'\n"),
        (".flaskenv", "FLASK_APP=app.py\n"),
        ("README.md", "Run `flask --app app run`, and the app is there.\n"),
    ],
)
def test_the_name_goes_where_nobody_is_told_it(tmp_path, name, text):
    write(tmp_path, {name: text})
    assert "\napp = create_app()" not in module(tmp_path, "")


def test_routes_that_can_be_run_as_a_script_make_the_application_there(tmp_path):
    guard = "\n\nif __name__ == '__main__': app.run()\n"
    files = {
        "shop/__init__.py": HEAD + "\nfrom shop import routes\n",
        "shop/routes.py": "from shop import app\n\n\n@app.route('/')\ndef i():\n    pass\n" + guard,
    }
    after = fixed(tmp_path, files, **WISH)["shop/routes.py"]
    assert after.endswith(
        "if __name__ == '__main__':\n    from shop import create_app\n"
        "    app = create_app()\n    app.run()\n"
    )


def test_an_effect_keeps_its_place_among_those_on_the_same_object(tmp_path):
    text = "jobs = Jobs()\njobs.add(app.name)\njobs.start()\nprint('loaded')\n"
    after = module(tmp_path, f"from lib import Jobs\n{text}")
    assert "    jobs.add(app.name)\n    jobs.start()\n" in after
    assert "\nprint('loaded')\n" in after


def test_a_module_that_has_a_factory_is_left_alone(tmp_path):
    text = "from flask import Flask\n\n\ndef create_app():\n    app = Flask('x')\n    return app\n"
    found = repair(tmp_path, {"app.py": text}, **WISH)
    assert not found.factories
    assert not found.changes


def test_an_application_that_only_the_main_guard_has_is_left_alone(tmp_path):
    text = "from flask import Flask\n\nif __name__ == '__main__':\n    app = Flask('x')\n"
    assert not repair(tmp_path, {"app.py": text}, **WISH).factories


def test_without_the_option_no_application_is_moved(tmp_path):
    assert not repair(tmp_path, {"app.py": HEAD}, unsafe=True).changes


def test_a_file_that_would_have_to_change_has_to_be_named(tmp_path):
    write(tmp_path, {"app.py": HEAD, "wsgi.py": "from app import app\n\napp.run()\n"})
    found = fix_project(
        [tmp_path / "app.py"], SETTINGS, wishes=Wishes(app_factory=True), unsafe=True
    )
    assert not found.changes
    assert "`wsgi.py` would have to be changed too" in found.factories[0].reason


def test_a_value_that_changes_later_is_not_read_later(tmp_path):
    files = {"app.py": HEAD + "name = 'a'\napp.config['NAME'] = name\nname = 'b'\n"}
    assert "`name` in line 5 is given another value in line 6" in reason(tmp_path, files)


@pytest.mark.parametrize(
    ("text", "moves"), [("import app\nprint(app.app\n", False), ("app(\n", True)]
)
def test_a_broken_file_counts_if_it_imports_the_module(tmp_path, text, moves):
    (factory,) = repair(tmp_path, {"app.py": HEAD, "broken.py": text}, **WISH).factories
    assert (factory.reason is None) == moves


def test_what_a_worker_looks_for_stays(tmp_path):
    text = "from celery import Celery\ncelery = Celery(app.name)\n\n\n@celery.task\ndef f(): pass\n"
    assert "a worker looks for it" in reason(tmp_path, {"app.py": HEAD + text})


def test_what_a_process_runs_stays(tmp_path):
    text = """from multiprocessing import Process


def work():
    print(app.name)


@app.route("/")
def index():
    Process(target=work).start()
"""
    assert "has to stay at module level" in reason(tmp_path, {"app.py": HEAD + text})


def test_the_function_of_the_api_writes_it(tmp_path):
    write(tmp_path, {"app.py": HEAD})
    settings = reloadlint.Settings(unsafe_fixes=True, follow_installed=False, cache=False)
    found = reloadlint.fix(tmp_path, settings, write=True, app_factory=True)
    assert not found.left
    assert "def create_app():" in (tmp_path / "app.py").read_text()


def test_of_several_names_that_are_in_the_way_the_first_is_named(tmp_path):
    names = ("zeta", "alpha", "eta", "beta", "theta", "gamma", "iota", "delta")
    text = f"""\
        from flask import Flask
        app = Flask(__name__)
        {", ".join(names)} = app.config["all"]

        def reset():
            global {", ".join(names)}
            {" = ".join(names)} = 0
        """
    write(tmp_path, {"app.py": text})
    wishes = Wishes(app_factory=True)
    (made,) = fix_project([tmp_path], SETTINGS, wishes=wishes, unsafe=True).factories
    assert "`alpha`" in (made.reason or "")


STATION = """
import serial


class Station:
    def __init__(self):
        self.port = serial.Serial("/dev/ttyUSB0")
"""
IN_A_BLOCK = """from station import Station
enabled = True
if enabled:
    station = Station()
    station.name = app.name
    enabled = station.port.is_open


@app.route("/")
def index():
    return str(enabled)


if __name__ == "__main__":
    app.run(debug=True)
"""


def test_what_can_be_cured_only_in_the_factory_is_cured_with_it(tmp_path):
    """At module level the block can't be moved; where the script makes the application it can."""
    files = {"app.py": HEAD + IN_A_BLOCK, "station.py": STATION}
    made = repair(tmp_path, files, **WISH)
    assert [outcome.reason for outcome in made.outcomes] == [None]
    assert {outcome.finding.line for outcome in made.outcomes} == {7}
    assert not made.write()
    again = fix_project([tmp_path], SETTINGS, wishes=Wishes(app_factory=True), unsafe=True)
    assert not again.changes


@pytest.mark.parametrize(
    "asking", ["app.config.from_object(__name__)", "app.config.from_object('app')"]
)
def test_a_setting_that_the_configuration_takes_from_the_module_stays_there(tmp_path, asking):
    text = f"PREFIX = app.name\n{asking}\n"
    assert "`from_object`" in reason(tmp_path, {"app.py": HEAD + text})


def test_a_setting_that_the_configuration_takes_and_that_needs_no_application_is_no_reason(
    tmp_path,
):
    after = module(tmp_path, "PREFIX = 'x'\napp.config.from_object(__name__)\n")
    assert after.startswith("from flask import Flask\n\nPREFIX = 'x'\n")
    assert "    app.config.from_object(__name__)\n" in after


def test_a_registration_that_is_too_long_for_a_line_takes_three(tmp_path):
    path = "/" + "x" * 80
    view = f"@app.route('{path}', methods=['GET', 'POST'])\ndef page():\n{MANY}\n    return ''\n"
    after = module(tmp_path, view)
    compile(after, "app.py", "exec")
    assert (
        f"    app.add_url_rule(\n        '{path}', view_func=page, methods=['GET', 'POST']\n    )"
        in after
    )
