"""A MkDocs hook: what the site takes from the program itself, so that it can't go stale.

A page says where by a comment: `<!-- keys -->`, `<!-- rules -->`, `<!-- commands -->`,
`<!-- catalog -->`, `<!-- folklore -->` and `<!-- file NAME -->`. Each rule gets a page made from
its docstring.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from reloadlint.cli import COMMANDS, cli
from reloadlint.effects import catalogue
from reloadlint.reporting.catalog_words import cure, effects
from reloadlint.reporting.settings_schema import schema
from reloadlint.rules.codes import RULES
from reloadlint.rules.documentation import page_of

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent

_MARK = re.compile(r"<!-- (?P<what>keys|rules|commands|catalog|folklore|file) ?(?P<name>\S*) -->")


def on_files(files: Any, config: Any) -> Any:
    """Add a page for each rule."""
    from mkdocs.structure.files import File

    for code in RULES:
        files.append(File.generated(config, f"rules/{code}.md", content=rule_page(code)))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put in what a page asks for."""
    return filled(markdown)


def filled(markdown: str) -> str:
    """The text of a page with its marks replaced."""
    return _MARK.sub(lambda mark: _PARTS[mark["what"]](mark["name"]), markdown)


def rule_page(code: str) -> str:
    """The page of a rule."""
    page = page_of(RULES[code])
    off = "" if page.default else "\nThis rule is off unless it is selected.\n"
    return f"# {page.code}: {page.name}\n{off}\n{page.markdown}"


def _rules(_: str) -> str:
    rows = [
        f"| [{page.code}](rules/{page.code}.md) | {page.name} | {page.summary} |"
        for page in map(page_of, RULES.values())
    ]
    return "\n".join(["| code | name | what it reports |", "|---|---|---|", *rows])


def _keys(_: str) -> str:
    return "\n\n".join(_key(name, described) for name, described in schema()["properties"].items())


def _key(name: str, described: dict[str, Any]) -> str:
    lines = [f"### `{name}`", "", described["description"], "", f"Type: {_kind(described)}."]
    default = described.get("default")
    if default is not None and len(json.dumps(default)) < 60:
        lines[-1] += f" Default: `{json.dumps(default)}`."
    for example in described.get("examples", ()):
        lines += ["", "```toml", _toml(name, example), "```"]
    return "\n".join(lines)


def _kind(described: dict[str, Any]) -> str:
    names = {
        "array": "list of strings",
        "boolean": "true or false",
        "integer": "whole number",
        "object": "table",
        "string": "string",
    }
    return names[described["type"]]


def _toml(name: str, value: Any) -> str:
    """An example as it is written in the file."""
    if not isinstance(value, dict):
        return f"{name} = {json.dumps(value)}"
    if not any(isinstance(each, dict) for each in value.values()):
        rows = [f"{json.dumps(key)} = {json.dumps(each)}" for key, each in value.items()]
        return "\n".join([f"[tool.reloadlint.{name}]", *rows])
    tables = []
    for key, each in value.items():
        rows = [f"{inner} = {json.dumps(content)}" for inner, content in each.items()]
        tables.append("\n".join([f"[tool.reloadlint.{name}.{json.dumps(key)}]", *rows]))
    return "\n\n".join(tables)


def _commands(_: str) -> str:
    parts = []
    for name in COMMANDS:
        shown = CliRunner().invoke(cli, [name, "--help"], prog_name="reloadlint")
        parts.append(f"## reloadlint {name}\n\n```text\n{shown.output.rstrip()}\n```")
    return "\n\n".join(parts)


def _catalog(_: str) -> str:
    known = sorted(catalogue.load(), key=lambda entry: entry.name.lower())
    lazy = sum(entry.when == "lazy" for entry in known)
    libraries = len({entry.library for entry in known})
    rows = [
        f"| `{entry.name}` | {effects(entry)} | {entry.role} | {', '.join(entry.closers)} "
        f"| {cure(entry)} | {_measured(entry)} |"
        for entry in known
    ]
    head = [
        "| callable | leaves behind | role | closers | cure | measured |",
        "|---|---|---|---|---|---|",
    ]
    measured = sum(entry.measured is not None for entry in known)
    numbers = f"{lazy} of them lazy, {measured} measured"
    count = f"{len(known)} callables of {libraries} libraries, {numbers}."
    return "\n".join([count, "", _FILTER, "", *head, *rows])


def _measured(entry: catalogue.Entry) -> str:
    """What was seen, of which version and when; why not, where it wasn't."""
    if entry.measured is None:
        return f"{entry.library}: {entry.unmeasured}"
    seen = entry.measured
    then = f" ({seen.closed})" if seen.closed else ""
    return f"{entry.library} {seen.library}, {seen.date}: {seen.seen}{then}"


# The page is whole without it: it only hides rows.
_FILTER = """\
<input id="catalog-filter" type="search" placeholder="Part of a name, an effect, a library…" \
aria-label="Show only the rows with these words" style="width: 100%; padding: 0.5em">
<script>
document.getElementById("catalog-filter").addEventListener("input", function () {
  const words = this.value.toLowerCase().split(" ").filter(Boolean);
  for (const row of document.querySelectorAll("table tbody tr")) {
    const text = row.textContent.toLowerCase();
    row.hidden = !words.every((word) => text.includes(word));
  }
});
</script>"""


_KINDS = {
    "lazy": "Said to wait, and acts at once",
    "eager": "Said to act at once, and waits",
    "closing": "Said to be over when it is closed",
    "exit": "Said to let the interpreter exit",
}


def _folklore(_: str) -> str:
    text = (ROOT / "tools" / "catalog_folklore.toml").read_text(encoding="utf-8")
    claims = tomllib.loads(text)["claim"]
    return "\n".join(
        line
        for kind, heading in _KINDS.items()
        for line in _told(heading, (claim for claim in claims if claim["kind"] == kind))
    )


def _told(heading: str, claims: Iterable[dict[str, str]]) -> Iterator[str]:
    yield f"## {heading}\n"
    yield "| callable | what is said | what was seen | and then | with |"
    yield "|---|---|---|---|---|"
    for claim in claims:
        entry = catalogue.load().lookup(claim["entry"])
        if entry is None or entry.measured is None:
            raise ValueError(f"`{claim['entry']}` was not measured")
        seen = entry.measured
        yield (
            f"| `{entry.name}` | {claim['said']} | {seen.seen} | {seen.closed} "
            f"| {entry.library} {seen.library}, {seen.date} |"
        )
    yield ""


def _file(name: str) -> str:
    """A file of the repository without its title, with links as they are from the site."""
    text = (ROOT / name).read_text(encoding="utf-8").partition("\n")[2]
    return text.replace("](docs/", "](")


_PARTS: dict[str, Callable[[str], str]] = {
    "keys": _keys,
    "rules": _rules,
    "commands": _commands,
    "catalog": _catalog,
    "folklore": _folklore,
    "file": _file,
}
