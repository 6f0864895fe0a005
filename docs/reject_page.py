"""docs/reference/rejects.md: every reason for which a record is not written, with its remedy, found in models and
engine.

In models: `reject('code', message, remedy)`. In the engine: calls that make a `Problem` or a reject. What is
computed in a message is shown as …
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import target_splynx
from target_splynx.modelling.library import shipped_folder

NOTE = "<!-- Generated from the code (make generate). -->\n\n"
_PACKAGE = Path(target_splynx.__file__).parent
_MAKERS = {"Problem", "_problem", "_refused", "_rejected", "_leave"}
_CODE = re.compile(r"[a-z][a-z0-9_]+")

_HEAD = """# Why a record is not written

`splynx-migration rejects` names a code for each record that was not written, what is wrong, and what to do. These
are all codes; … stands for what is told of the record at hand. A record whose own reject is `blocked` waits for
another one: mend that first.
"""


class Reason(NamedTuple):
    """A code where it is given."""

    code: str
    place: str
    message: str
    remedy: str


def reject_page() -> str:
    """The page."""
    parts = [f"{NOTE}{_HEAD}", "## From the models\n", *_table(from_models())]
    parts += ["\n## From the engine\n", *_table(from_engine())]
    return "\n".join(parts).rstrip() + "\n"


def _table(found: Iterator[Reason]) -> Iterator[str]:
    grouped: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for reason in found:
        grouped[reason.code, reason.message, reason.remedy].add(reason.place)
    yield "| Code | What is wrong | What to do | Told by |\n|---|---|---|---|"
    for (code, message, remedy), places in sorted(grouped.items()):
        cells = (f"`{code}`", message, remedy, ", ".join(f"`{place}`" for place in sorted(places)))
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


# -- models ----------------------------------------------------------------------------------------------------------


def from_models() -> Iterator[Reason]:
    """Each `reject(…)` of the shipped models."""
    folder = shipped_folder("sonar")
    for path in sorted(folder.rglob("*.sql")):
        text = path.read_text(encoding="utf-8")
        for match in re.finditer(r"\breject\(", text):
            arguments = _arguments(text[match.end() :])
            if len(arguments) == 3 and (codes := re.findall(r"'([a-z][a-z0-9_]+)'", arguments[0])):
                place = str(path.relative_to(folder).with_suffix(""))
                for code in codes:
                    yield Reason(code, place, _said(arguments[1]), _said(arguments[2]))


def _arguments(text: str) -> list[str]:
    """What stands between the bracket that is open and its end, split at its own commas."""
    found, depth, quoted = [""], 0, False
    for character in text:
        if character == "'":
            quoted = not quoted
        if not quoted:
            if character in "([{":
                depth += 1
            elif character in ")]}":
                if depth == 0:
                    return [part.strip() for part in found]
                depth -= 1
            elif character == "," and depth == 0:
                found.append("")
                continue
        found[-1] += character
    return []


def _said(expression: str) -> str:
    """The text of a SQL expression; what is computed becomes …"""
    parts = re.split(r"\|\|(?=(?:[^']*'[^']*')*[^']*$)", expression)
    said = [
        part.strip()[1:-1].replace("''", "'") if re.fullmatch(r"\s*'(?:[^']|'')*'\s*", part) else "…" for part in parts
    ]
    return " ".join("".join(said).split())


# -- engine ----------------------------------------------------------------------------------------------------------


def from_engine() -> Iterator[Reason]:
    """Each call in the package that makes a reject with a code written out."""
    for path in sorted(_PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        place = str(path.relative_to(_PACKAGE).with_suffix(""))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and (reason := _reason(node, place)):
                yield reason


def _reason(call: ast.Call, place: str) -> Reason | None:
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    if "reason" in named and "message" in named:
        code = _constant(named["reason"])
        return Reason(code, place, _text(named["message"]), _text(named.get("remedy"))) if _is_code(code) else None
    name = (
        call.func.id
        if isinstance(call.func, ast.Name)
        else call.func.attr
        if isinstance(call.func, ast.Attribute)
        else ""
    )
    codes = [index for index, argument in enumerate(call.args) if _is_code(_constant(argument))]
    if name not in _MAKERS or not codes or len(call.args) < codes[0] + 3:
        return None
    start = codes[0]
    rest = call.args[start + 1 :]
    message, remedy = (rest[0], rest[1]) if name in {"_problem", "_leave"} else (rest[-2], rest[-1])
    return Reason(_constant(call.args[start]), place, _text(message), _text(remedy))


def _is_code(text: str) -> bool:
    return bool(_CODE.fullmatch(text))


def _constant(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _text(node: ast.expr | None) -> str:
    if node is None:
        return ""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return " ".join("".join(_text(part) if isinstance(part, ast.Constant) else "…" for part in node.values).split())
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _text(node.left) + _text(node.right)
    return "…"
