"""Messages without the particulars of the record at hand: for a report that leaves the machine.

In: a message of a model, of the engine or of Splynx. Out: the same with … for each word that no text of the program
contains. Names, addresses, file names and telephone numbers are nowhere in the program; amounts, days and short numbers
(ids, accounts) stay, since they name no person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import target_splynx

_TEXTS = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'")
_WORD = re.compile(r"[A-Za-z_]{2,}|\bI\b|\ba\b|\bA\b")
_PART = re.compile(r"\S+")
_PLAIN = re.compile(r"-?\d{1,8}([.,]\d{1,4})?%?|\d{4}-\d{2}-\d{2}")
_AROUND = "()[]“”\"'`,.;:!?"
_FOLDERS = ("models", "planning", "loading", "undo", "functions", "contract", "reconcile")


class Plain:
    """Makes messages plain."""

    def __init__(self, own: Iterable[Path] = ()) -> None:
        """`own`: folders of the operator's own models, whose texts count as the program's."""
        self._words = _shipped().union(*(_words(folder) for folder in own))

    def __call__(self, message: str) -> str:
        """The message with … for what is particular; several in a row become one."""
        shown = _PART.sub(lambda found: self._part(found[0]), message)
        return re.sub(r"…(\s+…)+", "…", shown)

    def _part(self, text: str) -> str:
        core = text.strip(_AROUND)
        if not core or _PLAIN.fullmatch(core) or self._known(core):
            return text
        end = text[len(text.rstrip(_AROUND)) :]
        return "…" + "".join(sign for sign in end if sign in ",.;:!?)")

    def _known(self, core: str) -> bool:
        """Words joined by a hyphen, a slash or an apostrophe are known when each is."""
        return all(word in self._words or word == "s" for word in re.split(r"[-/>'’]", core) if word)


@cache
def _shipped() -> frozenset[str]:
    package = Path(target_splynx.__file__).parent
    return frozenset().union(*(_words(package / name) for name in _FOLDERS))


def _words(folder: Path) -> frozenset[str]:
    """Words in the texts (between quotes) of the files of a folder."""
    found: set[str] = set()
    for path in [*folder.rglob("*.sql"), *folder.rglob("*.py")]:
        for text in _TEXTS.findall(path.read_text(encoding="utf-8")):
            found.update(_WORD.findall(text))
    return frozenset(found)
