"""`docs`: pages for this server, the vendor's document read, and what differs told."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands import answer, invoke
from local_servers import serve
from splynx_runs import Migration, Splynx
from target_splynx.reference.blueprint import parsed
from target_splynx.reference.drift import page_drift
from target_splynx.reference.schema_page import schema_page

BLUEPRINT = """FORMAT: 1A
HOST: https://yourdomain/api/2.0

# Group Customers

## Customers collection [/admin/customers/customer]
Prose with a list:

* `INVALID_AUTH_TYPE` - no field.

### Create a Customer [POST]
+ Request (application/json)
    + Attributes (Customer Base)

+ Response 201 (application/json)
    + Attributes (Customer Id)

### List all Customers [GET]
+ Response 200 (application/json)
    + Attributes (array[Customers Response])

## Customer [/admin/customers/customer/{id}]
+ Parameters
    + id (required, number, `1`) ... The ID.

### Update Customer [PUT]
+ Response 202

### Traffic [GET /admin/fup/usage/{service_id}?with_texts={with_texts}]
+ Response 200

## Wishes collection [/admin/wishes/wish]

### Create a Wish [POST]
+ Request (application/json)
    + Attributes (Wish)

# Data Structures

## Person (object)
+ login: `john_doe` (string) - Login
+ old\\_name: null (string, nullable) - before

## Customer Base (Person)
+ partner_id: `1` (number, required) - Partner id
+ name: `John (the) Doe` (string, required) - Full name
+ title: `x` (string ,required)
+ labels: `1` (array[number]) - ids
+ star_sign (string) - Nobody knows it

## Customer Id (object)
+ id: `1` (number, required)

## Wish (object)
+ text (string, required)
"""


def test_an_api_blueprint_tells_addresses_methods_and_fields() -> None:
    document = parsed(BLUEPRINT)
    assert document.methods["/admin/customers/customer"] == {"POST", "GET"}
    assert document.methods["/admin/customers/customer/{id}"] == {"PUT"}
    assert document.methods["/admin/fup/usage/{service_id}"] == {"GET"}
    fields = document.fields["/admin/customers/customer"]
    assert list(fields) == ["login", "old_name", "partner_id", "name", "title", "labels", "star_sign"]
    assert {name for name, field in fields.items() if field.required} == {"partner_id", "name", "title"}
    assert (fields["partner_id"].type, fields["labels"].type) == ("number", "array[number]")
    assert fields["star_sign"].text == "Nobody knows it"


def test_a_web_page_tells_the_addresses_that_it_names() -> None:
    page = "<!doctype html><html><script>var x = 'GET /admin/hidden/x';</script><h2>Customers</h2><p>POST <b>/api/2.0/admin/customers/customer</b> makes one, <code>GET /admin/customers/customer/{id}</code> shows it.</p></html>"
    assert parsed(page.replace("<b>", "").replace("</b>", "")).methods == {
        "/admin/customers/customer": {"POST"}, "/admin/customers/customer/{id}": {"GET"},
    }  # fmt: skip
    shown = f"<html><body><pre>{BLUEPRINT}</pre></body></html>"
    assert parsed(shown).fields["/admin/customers/customer"].keys() == parsed(BLUEPRINT).fields["/admin/customers/customer"].keys()


def test_the_page_tells_where_the_vendor_s_document_disagrees() -> None:
    page = schema_page(document=parsed(BLUEPRINT))
    assert "| customers | `star_sign` (string) is documented and not known here |" in page
    assert "| customers | `email` is known here and not documented |" in page
    assert "| (none) | POST `/admin/wishes/wish` is documented, and no resource here |" in page
    assert "| invoices | `/admin/finance/invoices` is not documented |" in page


def test_pages_are_written_from_the_live_server_and_drift_is_shown(migration: Migration) -> None:
    folder = migration.folder / "pages"
    first = answer(migration, "docs", "--folder", str(folder))
    page = (folder / "splynx/api_schema.md").read_text()
    assert first == {str(folder / "splynx/api_schema.md"): [], str(folder / "migration_mapping.md"): []}
    assert "resources of a live server answered OPTIONS" in page
    assert migration.splynx.writes() == {}
    assert answer(migration, "docs", "--folder", str(folder))[str(folder / "splynx/api_schema.md")] == []
    switches = ("is_required", "is_unique", "is_add", "show_in_list", "searchable", "readonly", "disabled")
    field = {"name": "shoe_size", "title": "Shoe size", "type": "integer", **dict.fromkeys(switches, False)}
    migration.splynx.call("POST", "admin/config/additional-fields/customers", field)
    changed = answer(migration, "docs", "--folder", str(folder), "--check", exit_code=2)[str(folder / "splynx/api_schema.md")]
    assert "+ customers.shoe_size" in changed
    assert "shoe_size" not in (folder / "splynx/api_schema.md").read_text(), "--check writes nothing"


def test_the_document_may_be_a_file_or_an_address_and_gets_no_credentials(splynx: Splynx, tmp_path: Path) -> None:
    migration = Migration(tmp_path, splynx, tmp_path)
    path = tmp_path / "splynx.apib"
    path.write_text(BLUEPRINT, encoding="utf-8")
    answer(migration, "docs", "--offline", "--folder", str(tmp_path / "a"), "--document", str(path))
    with serve(BLUEPRINT.encode()) as server:
        answer(migration, "docs", "--offline", "--folder", str(tmp_path / "b"), "--document", f"{server.url}/splynx.apib")
        assert [headers.get("Authorization") for _, _, headers in server.asked] == [None]
    assert (tmp_path / "a/splynx/api_schema.md").read_text() == (tmp_path / "b/splynx/api_schema.md").read_text()
    for source, words in (("none.apib", "no such file"), ("http://127.0.0.1:9/x", "cannot be read")):
        result = invoke(migration, "docs", "--offline", "--folder", str(tmp_path), "--document", source)
        assert result.exit_code == 1
        assert words in result.output
    path.write_text("nothing of the kind")
    assert "names no address" in invoke(migration, "docs", "--offline", "--document", str(path)).output


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("# A\n| `x` | 1 |", "# A\n| `x` | 1 |", []),
        ("# A\n| `x` | 1 |", "# A\n| `x` | 2 |", ["~ A.x: 1 -> 2"]),
        ("# A\n| `x` | 1 |", "# A\n| `y` | 1 |", ["- A.x", "+ A.y"]),
        ("# A", "# B", ["- A", "+ B"]),
    ],
)
def test_drift_is_a_line_per_entry(old: str, new: str, lines: list[str]) -> None:
    assert page_drift(old, new) == lines
