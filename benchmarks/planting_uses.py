"""How views use an object `{e}`, which is called `{n}` where it is made."""

from __future__ import annotations

from typing import NamedTuple


class Use(NamedTuple):
    """A view `{v}` and what is asked of it.

    `bare`: only where the object is used by its own name. `doubtful`: a fix that isn't safe may
    change what it answers.
    """

    text: str
    path: str = "/{v}"
    bare: bool = False
    doubtful: bool = False

    @property
    def needs_app(self) -> bool:
        """Whether a blueprint doesn't do."""
        return "app.config" in self.text or "teardown_appcontext" in self.text


def view(body: str, *, bare: bool = False, doubtful: bool = False, above: str = "") -> Use:
    """A view with this body, below what it needs."""
    lines = "\n".join(f"    {line}" if line else "" for line in body.splitlines())
    head = f"{above}\n\n\n" if above else ""
    return Use(f"{head}@app.route('/{{v}}')\ndef {{v}}():\n{lines}", bare=bare, doubtful=doubtful)


USES = (
    view("return {e}.answer(1)"),
    view("it = {e}\nreturn it.answer(2)"),
    view("return {v}_help(3)", above="def {v}_help(number):\n    return {e}.answer(number)"),
    view("def inner():\n    return {e}.answer(4)\n\nreturn inner()"),
    view("return ', '.join({e}.answer(number) for number in range(3))"),
    view("return (lambda number: {e}.answer(number))(5)"),
    view("return str([{e}.answer(number) for number in range(2)] * 2)"),
    view("return {e}.answer(6) if {e} is not None else 'none'"),
    view("return f'{{{e}.answer(7)}} and {{{e}.name}}'"),
    view("ask = {e}.answer\nreturn ask(8)"),
    view("return str({e} is {e})"),
    view("return str(isinstance({e}, things.Book)) + {e}.answer(9)"),
    view("try:\n    return {e}.answer(10)\nfinally:\n    {e}.answer(11)"),
    view("with threading.Lock():\n    return {e}.answer(12)"),
    view("return {v}_plain('plain') + {e}.answer(1)", above="def {v}_plain({n}):\n    return {n}"),
    view("{n} = 'local'\nreturn {n}", bare=True),
    view("return ''.join({n} for {n} in 'ab') + {e}.answer(1)"),
    view("return (lambda {n}: {n})('own') + {e}.answer(1)"),
    view("return getattr({e}, 'answer')(13)"),
    view("return ' '.join(map({e}.answer, range(3)))"),
    view("return functools.partial({e}.answer, 14)()"),
    view("if request.args.get('no'):\n    return 'no'\nreturn {e}.answer(15)"),
    view("g.it = {e}\nreturn g.it.answer(16)"),
    view("return render_template_string('{{{{ it.answer(17) }}}}', it={e})"),
    view("return Response({e}.answer(number) for number in range(3))"),
    view(
        "return Response({v}_rows())",
        above="def {v}_rows():\n    yield {e}.answer(18)\n    yield {e}.answer(19)",
    ),
    view(
        "return Response(stream_with_context({v}_rows()))",
        above="def {v}_rows():\n    yield {e}.answer(18)\n    yield {e}.answer(19)",
    ),
    view(
        "seen = []\nthread = threading.Thread(target=lambda: seen.append({e}.name))\n"
        "thread.start()\nthread.join()\nreturn seen[0]",
        doubtful=True,
    ),
    view(
        "seen = []\nthread = threading.Thread(target={v}_work, args=(seen,))\n"
        "thread.start()\nthread.join()\nreturn seen[0]",
        above="def {v}_work(seen):\n    seen.append({e}.name)",
        doubtful=True,
    ),
    view("return {v}_with()", above="def {v}_with(it={e}):\n    return it.answer(20)"),
    view("return {v}_ask(21)", above="{v}_ask = {e}.answer"),
    view("return {v}_box['it'].answer(22)", above="{v}_box = {{'it': {e}}}"),
    view("return {v}_Own.it.answer(23)", above="class {v}_Own:\n    it = {e}"),
    view(
        "return {v}_Own().ask()",
        above="class {v}_Own:\n    def ask(self):\n        return {e}.answer(24)",
    ),
    view(
        "return {v}_Own({e}).ask()",
        above="class {v}_Own:\n    def __init__(self, it):\n        self.it = it\n\n"
        "    def ask(self):\n        return self.it.answer(25)",
    ),
    view(
        "return {v}_inner()",
        above="def {v}_noting(function):\n    @functools.wraps(function)\n    def wrapper():\n"
        "        return {e}.answer(26) + function()\n    return wrapper\n\n\n"
        "@{v}_noting\ndef {v}_inner():\n    return 'x'",
    ),
    view("return current_app.config['{v}'].answer(27)", above="app.config['{v}'] = {e}"),
    view("return globals()['{n}'].answer(28)", bare=True, doubtful=True),
    view(
        "global {n}\n{n}.close()\n{n} = things.Book('{n}')\nreturn {n}.answer(29)",
        bare=True,
        doubtful=True,
    ),
    view("return {e}.answer(30)", above="atexit.register({e}.close)"),
    view("return {e}.answer(31)", above="assert {e}.answer(0)"),
    view(
        "return g.{v}_seen",
        above="@app.before_request\ndef {v}_before():\n    g.{v}_seen = {e}.answer(32)",
    ),
    view(
        "return 'seen'",
        above="@app.after_request\ndef {v}_after(response):\n"
        "    response.headers['X-Seen'] = {e}.answer(33)\n    return response",
    ),
    view(
        "return 'torn'",
        above="@app.teardown_request\ndef {v}_teardown(error):\n    {e}.answer(34)",
    ),
    view(
        "return 'down'",
        above="@app.teardown_appcontext\ndef {v}_teardown(error):\n    {e}.answer(34)",
    ),
    view(
        "raise KeyError('{v}')",
        above="@app.errorhandler(KeyError)\ndef {v}_handler(error):\n"
        "    return {e}.answer(35), 418",
    ),
    view(
        "return render_template_string('{{{{ {v}_it.answer(36) }}}}')",
        above="@app.context_processor\ndef {v}_context():\n    return {{'{v}_it': {e}}}",
    ),
    Use(
        "class {v}(MethodView):\n    def get(self):\n        return {e}.answer(37)\n\n\n"
        "app.add_url_rule('/{v}', view_func={v}.as_view('{v}'))"
    ),
    Use("app.add_url_rule('/{v}', '{v}', lambda: {e}.answer(38))"),
    Use("@app.cli.command('{v}')\ndef {v}():\n    print({e}.answer(39))", "!{v}"),
)
