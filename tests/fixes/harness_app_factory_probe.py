"""Loads applications and says what each has and answers, as JSON.

A program of its own, on the standard library and Flask alone: it reads jobs from standard input,
one JSON object a line, and answers each with one line, from a process of its own.
"""

import importlib
import json
import os
import sys
import traceback

import flask  # noqa: F401 - loaded once for all

sys.path[0] = ""
ANSWER_TO = os.dup(1)
os.dup2(2, 1)  # what projects print is no answer
HEADERS = ("Content-Type", "Location")


def application(name):
    """Return `module:app`, or what `module:create_app()` returns."""
    module, _, attribute = name.partition(":")
    found = getattr(importlib.import_module(module), attribute.removesuffix("()"))
    return found() if attribute.endswith("()") else found


def ask(app, client, request):
    """Return what one request or command gives."""
    if request.startswith("$ "):
        result = app.test_cli_runner().invoke(args=request.split()[1:])
        return [result.exit_code, result.output, repr(result.exception)]
    words = request.split()
    method = words.pop(0) if words[0].isupper() else "GET"
    form = dict(pair.split("=") for pair in words[1:])
    try:
        response = client.open(words[0], method=method, data=form or None)
    except Exception as error:
        return ["raised", repr(error)]
    own = {k: v for k, v in response.headers.items() if k in HEADERS or k.startswith("X-")}
    return [response.status_code, sorted(own.items()), response.text]


def visit(job):
    """Answer one job, and end the process whatever threads the project has."""
    os.chdir(job["folder"])
    app = application(job["app"])
    rules = [[rule.rule, rule.endpoint, sorted(rule.methods)] for rule in app.url_map.iter_rules()]
    client = app.test_client()
    answers = [ask(app, client, request) for request in job["requests"]]
    found = {"rules": rules, "answers": answers, "commands": sorted(app.cli.commands)}
    with os.fdopen(ANSWER_TO, "w") as out:
        out.write(json.dumps(found) + "\n")


def main():
    """Answer the jobs, one after the other."""
    for line in sys.stdin:
        child = os.fork()
        if not child:
            try:
                visit(json.loads(line))
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        os.waitpid(child, 0)


main()
