"""CSV for people: no cell is taken for a formula, accents survive Excel, nobody else on the machine can read the file.

In: a header and rows of plain values. Out: a file (0600), or lines on a stream. Names and notes of customers come from
outside; a cell that begins with `=` would be run by the spreadsheet that opens it (OWASP, "CSV injection").
"""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_FORMULA = re.compile(r"(^|[;\t\r\n])(\s*)([=+\-@\t\r\uff1d\uff0b\uff0d\uff20])")
"""Where a cell may begin, also for a spreadsheet that splits at semicolons, and what a formula may begin with (the last
four are the full-width forms)."""


def safe_cell(value: object) -> str:
    """The text of a cell. None is empty; numbers stay numbers, also negative ones; lists and objects become JSON; an
    apostrophe stands before what a spreadsheet would run."""
    if value is None:
        return ""
    if isinstance(value, (int, float, Decimal)):
        return str(value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if _NUMBER.fullmatch(text) else _FORMULA.sub(r"\1\2'\3", text)


def write_lines(stream: TextIO, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Header and rows to an open text stream, e.g. standard output."""
    writer = csv.writer(stream)
    writer.writerow(header)
    writer.writerows([safe_cell(value) for value in row] for row in rows)


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A file that only its owner can read, replaced as a whole. UTF-8 with a byte order mark, without which Excel
    breaks accents: read it back as `utf-8-sig`."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as file:
        write_lines(file, header, rows)
    part.replace(path)
