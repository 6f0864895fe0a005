"""The rule of each column of a model, read from its SQL: what `docs/migration_mapping.md` is made from.

In: the SQL of a model. Out: one `ColumnRule` per column of its last SELECT, with the comment behind the column
(`-- <Sonar fields>, <rule>, <default>`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(r"'(?:[^']|'')*'|--[^\n]*|[()\[\]{},]|[^\s'()\[\]{},]+|\s+")
_ALIAS = re.compile(r"\bAS\s+\"?(\w+)\"?\s*\Z", re.IGNORECASE)
_PLAIN = re.compile(r"(?:\w+\.)?\"?(\w+)\"?\s*\Z")


@dataclass(frozen=True)
class ColumnRule:
    """A column of Splynx, the expression that makes it, and the rule in words (empty when there is none)."""

    column: str
    expression: str
    rule: str


def column_rules(sql: str) -> list[ColumnRule]:
    """The columns of the last SELECT outside of brackets, in order; reserved ones (`_reject`, …) too."""
    found: list[ColumnRule] = []
    code, comment, depth, selecting = "", "", 0, False
    for text in _TOKEN.findall(sql):
        word = text.upper()
        if text in "([{":
            depth += 1
        elif text in ")]}":
            depth -= 1
        if depth == 0 and word == "SELECT":
            found, code, comment, selecting = [], "", "", True
        elif not selecting:
            continue
        elif depth == 0 and word == "FROM":
            _close(found, code, comment)
            selecting = False
        elif text.startswith("--"):
            comment = _comment(found, code, comment, text[2:].strip())
        elif depth == 0 and text == ",":
            _close(found, code, comment)
            code, comment = "", ""
        elif word != "DISTINCT":
            code += text
    return found


def _comment(found: list[ColumnRule], code: str, comment: str, text: str) -> str:
    """A comment right behind the comma belongs to the column before; one within an expression is no rule."""
    if not code.strip() and "\n" not in code and found:
        last = found[-1]
        found[-1] = ColumnRule(last.column, last.expression, text)
        return comment
    # Behind the last column there is no comma.
    return text if _ALIAS.search(code.rstrip()) else comment


def _close(found: list[ColumnRule], code: str, comment: str) -> None:
    expression = " ".join(code.split())
    name = _ALIAS.search(expression) or _PLAIN.search(expression)
    if name:
        found.append(ColumnRule(name[1], _ALIAS.sub("", expression).strip(), comment))
