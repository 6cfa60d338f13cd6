"""Which modules are worth a second tree because they may make an application."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from reloadlint.fixes.reading import flask_classes
from reloadlint.fixes.reading.flask_classes import may_make_application, may_name_product
from reloadlint.project.imports import import_facts
from reloadlint.project.modules import Module
from reloadlint.syntax import parse

MODULES = {
    "server.py": "from flask import Flask\n\nclass Server(Flask):\n    pass\n",
    "deeper.py": "from server import Server\n\nclass Deeper(Server):\n    pass\n",
    "store.py": "class Store:\n    '''Like Flask.'''\n\nclass Kept(Store):\n    pass\n",
    "again.py": "from deeper import Deeper as Made, Deeper\n",
    "tools.py": "import server\ndef tool(): pass\n",
}


def project_with(text: str) -> Any:
    texts = {**MODULES, "app.py": text}
    done: dict[Any, Any] = {}

    def once(work: Any) -> Any:
        if work not in done:
            done[work] = work(project)
        return done[work]

    def resolve(_importer: str, name: str, _level: int) -> Module | None:
        path = f"{name}.py"
        return Module(path, name, is_package=False) if path in texts else None

    imports = {path: import_facts(each) for path, each in texts.items()}
    project = SimpleNamespace(texts=texts, once=once, resolve=resolve, imports=imports)
    return project


@pytest.mark.parametrize(
    "text",
    [
        "from flask import Flask\napp = Flask(__name__)\n",
        "import flask\napp = flask.Flask(__name__)\n",
        "from flask import Flask as F\napp = F(__name__)\n",
        "from deeper import Deeper\napp = Deeper(__name__)\n",
        "import server\nfrom server import Server\napp = Server (\n    __name__)\n",
        "from again import Made\napp = Made('x')\n",
        "from again import Deeper\napp = Deeper('x')\n",
        "from flask import Flask\nclass Own(Flask): pass\nclass Mine(Own): pass\napp = Mine('x')\n",
    ],
)
def test_module_that_may_make_one(text: str) -> None:
    assert may_make_application(project_with(text), "app.py")


@pytest.mark.parametrize(
    "text",
    [
        "from flask import request\nprint(request)\n",
        "from flask import Flask\ndef init(app: Flask): print(app)\n",
        "from store import Kept  # for Flask\nstore = Kept()\n",
        "from server import Server\ndef init(app: Server): print(app)\n",
        "class Loop(Loop): pass\nx = Loop()  # Flask\n",
    ],
)
def test_module_that_makes_none(text: str) -> None:
    assert not may_make_application(project_with(text), "app.py")


def test_module_that_only_has_a_function_of_that_name_is_not_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parsed: list[str] = []

    def noting(text: str, use: Any) -> Any:
        parsed.append(text)
        return parse(text, use)

    monkeypatch.setattr(flask_classes, "parse", noting)
    text = "from tools import Server\nServer()\n"
    assert not may_make_application(project_with(text), "app.py")
    assert parsed == [text]


@pytest.mark.parametrize(
    "text",
    [
        "app = create_app()\n",
        "app: Flask = Flask(\n    'x')\n",
        "application = app = factories.web.create_app ('x')\n",
        "one = 1; app = Flask('x')\n",
        "app = (\n    create_app('x')\n)\n",
        "app = \\\n    create_app('x')\n",
    ],
)
def test_name_that_may_be_an_application(text: str) -> None:
    assert may_name_product(project_with(text), "app.py", "app")


@pytest.mark.parametrize(
    "text",
    [
        "app = None\n",
        "if app == create():\n    pass\n",
        "my_app = create_app()\n",
        "app.name = create_app()\n",
        "def app():\n    return create_app()\n",
        "from server import app\n",
    ],
)
def test_name_that_is_no_application(text: str) -> None:
    assert not may_name_product(project_with(text), "app.py", "app")
