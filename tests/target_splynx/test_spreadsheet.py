"""What people open in a spreadsheet runs nothing there, and stays readable for programs."""

from __future__ import annotations

import csv
import stat
from decimal import Decimal
from pathlib import Path

import pytest

from target_splynx.spreadsheet import safe_cell, write_csv


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1 555 010 4477",
        "-cmd|' /C calc'!A0",
        "@SUM(A1)",
        "\t=1+1",
        "\r=1+1",
        "  =HYPERLINK(1)",
        "\uff1d1+1",
        "harmless;=1+1",
        "harmless\n=1+1",
    ],
)
def test_no_cell_begins_with_a_formula(text: str) -> None:
    cells = safe_cell(text).replace("\r", ";").replace("\n", ";").replace("\t", ";").split(";")
    assert all(cell.strip()[:1] not in {"=", "+", "-", "@", "\uff1d"} for cell in cells), cells


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (-5, "-5"),
        (Decimal("-12.50"), "-12.50"),
        ("-12.50", "-12.50"),
        ("12 High St - rear", "12 High St - rear"),
        ({"a": 1}, '{"a": 1}'),
        (True, "True"),
    ],
)
def test_what_is_no_formula_stays_as_it_is(value: object, cell: str) -> None:
    assert safe_cell(value) == cell


def test_a_file_is_private_and_holds_accents_and_quotes(tmp_path: Path) -> None:
    path = tmp_path / "new" / "rejects.csv"
    write_csv(path, ("name", "note"), [("Siân", 'said "no",\nand left')])
    write_csv(path, ("name", "note"), [("Siân", 'said "no",\nand left')])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [p.name for p in path.parent.iterdir()] == ["rejects.csv"]
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.DictReader(file)) == [{"name": "Siân", "note": 'said "no",\nand left'}]
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
