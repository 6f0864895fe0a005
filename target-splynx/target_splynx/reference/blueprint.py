"""The vendor's own document: an API Blueprint (Markdown, parsed with markdown-it), or a web page that names addresses.

In: its text. Out: `Document`: which method is documented for which address, and the fields of what a POST takes.
Form of the document: research/splynx-api.md §13 (its defects included: prose headings, fields without a colon).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import msgspec
from markdown_it import MarkdownIt
from markdown_it.token import Token

_ADDRESS = re.compile(r"\[(?:(GET|POST|PUT|DELETE|OPTIONS|HEAD)\s*)?(/[^\]\s]*)?\]\s*$")
_STRUCTURE = re.compile(r"^(.*?)\s*\(([^()]*)\)\s*$")
_USED = re.compile(r"Attributes\s*\((?:array\[)?([^\])]+)\]?\)")
_FIELD = re.compile(
    r"^`?(?P<name>[\w\\.\[\]-]+)`?\s*:?\s*(?P<example>`[^`]*`|[^(`]*?)\s*(?:\((?P<about>[^)]*)\))?\s*(?:-+\s*(?P<text>.*))?$",
    re.DOTALL,
)
_MENTION = re.compile(r"\b(GET|POST|PUT|DELETE)\s+/?(?:api/2\.0/)?((?:admin|portal)/[\w./{}-]+)")


class Declared(msgspec.Struct, frozen=True):
    """A field as the document describes it."""

    type: str = "string"
    required: bool = False
    text: str = ""


class Document(msgspec.Struct):
    """`methods`: address without query → methods. `fields`: address → fields that its POST takes."""

    methods: dict[str, set[str]]
    fields: dict[str, dict[str, Declared]]


def parsed(text: str) -> Document:
    """A document from its text, whichever form it has."""
    if re.match(r"\s*<(!doctype|html|\?xml)", text, re.IGNORECASE):
        return _page(text)
    return _blueprint(text)


# -- API Blueprint ---------------------------------------------------------------------------------------------------


def _blueprint(text: str) -> Document:
    found = Document({}, {})
    structures: dict[str, tuple[str, dict[str, Declared]]] = {}
    takes: dict[str, str] = {}
    address, method, structure, within = "", "", "", False
    for kind, level, line, depth in _lines(text):
        if kind == "heading":
            structure = ""
            if level == 1:
                within = line.strip() == "Data Structures"
            elif within:
                structure = _structure(line, structures)
            else:
                address, method = _address(line, level, address, found)
        elif structure and depth == 1:
            if field := _declared(line):
                structures[structure][1].setdefault(*field)
        elif method == "POST" and address not in takes and (used := _USED.search(line)):
            takes[address] = used[1].strip()
    for where, name in takes.items():
        found.fields[where] = _resolved(name, structures)
    return found


def _lines(text: str) -> Iterator[tuple[str, int, str, int]]:
    """(heading or item, level of the heading, text, depth of the list) in the order of the document."""
    tokens: list[Token] = MarkdownIt("commonmark").parse(text)
    depth = 0
    heading = 0
    for token in tokens:
        if token.type in {"bullet_list_open", "ordered_list_open"}:
            depth += 1
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            depth -= 1
        elif token.type == "heading_open":
            heading = int(token.tag[1:])
        elif token.type == "heading_close":
            heading = 0
        elif token.type == "inline" and (heading or depth):
            yield ("heading" if heading else "item"), heading, token.content, depth


def _address(line: str, level: int, address: str, found: Document) -> tuple[str, str]:
    """The address and method that a heading stands for; a heading of level 3 inherits the address of its group."""
    match = _ADDRESS.search(line)
    if match is None:
        return address, ""
    method = match[1] or ""
    if match[2]:
        address = re.sub(r"\{\?[^}]*\}|\?.*$", "", match[2])
    if method and (level > 1 or match[2]):
        found.methods.setdefault(address, set()).add(method)
    return address, method


def _structure(line: str, structures: dict[str, tuple[str, dict[str, Declared]]]) -> str:
    match = _STRUCTURE.match(line)
    name, base = (match[1], match[2]) if match else (line, "object")
    structures[name.strip()] = (base.strip(), {})
    return name.strip()


def _declared(line: str) -> tuple[str, Declared] | None:
    match = _FIELD.match(line.split("\n")[0].strip())
    if match is None:
        return None
    about = [part.strip() for part in (match["about"] or "").split(",") if part.strip()]
    kind = next((part for part in about if part not in {"required", "optional", "nullable"}), "string")
    return match["name"].replace("\\", ""), Declared(kind, "required" in about, (match["text"] or "").strip())


def _resolved(name: str, structures: dict[str, tuple[str, dict[str, Declared]]]) -> dict[str, Declared]:
    """Fields of a structure, those of what it extends first."""
    fields: dict[str, Declared] = {}
    seen: set[str] = set()
    chain: list[str] = []
    while name in structures and name not in seen:
        seen.add(name)
        chain.append(name)
        name = structures[name][0]
    for each in reversed(chain):
        fields |= structures[each][1]
    return fields


# -- a web page ------------------------------------------------------------------------------------------------------


class _Text(HTMLParser):
    """The text of a page, without scripts and styles."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._hidden += tag in {"script", "style"}

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in {"script", "style"}
        self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)


def _page(text: str) -> Document:
    reader = _Text()
    reader.feed(text)
    plain = "".join(reader.parts)
    if "FORMAT: 1A" in plain or "# Data Structures" in plain:  # the blueprint itself, shown as a page
        return _blueprint(plain)
    found = Document({}, {})
    for method, address in _MENTION.findall(plain):
        found.methods.setdefault(f"/{address.rstrip('./')}", set()).add(method)
    return found
