"""`mapping: splynx` beyond the contract: forms of values and references, order, circles, mistakes, files, own models."""

from __future__ import annotations

import base64
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from contract_streams import FLAGS, SALE, SERVICE, column_types
from singer_feed import Feed
from splynx_runs import KEY, SECRET, Migration, Splynx, add_model
from target_splynx.errors import MigrationError, ModelError

EXAMPLE = Path(__file__).parents[2] / "docs" / "guides" / "any-source" / "streams.jsonl"
PERSON = {"status": "active", "partner_id": 1, "location_id": 1, "category": "person"}
PLAN = {"title": "Fibre", "speed_download": 1000, "speed_upload": 1000, "billing_types": ["recurring"], **SALE}


@pytest.fixture
def direct(tmp_path: Path, splynx: Splynx) -> Migration:
    """A migration of streams as they are."""
    return Migration(tmp_path, splynx, Path("splynx"))


def feed(rows: dict[str, list[dict[str, Any]]], version: int = 1) -> Feed:
    found = Feed()
    for name, sent in rows.items():
        found.stream(name, column_types(sent), sent, version=version)
    return found.state({"bookmarks": {}})


def people(direct: Migration) -> dict[str, dict[str, Any]]:
    return {row["login"]: row for row in direct.splynx.rows("customers/customer")}


def test_the_guides_file_piped_into_the_target(tmp_path: Path, splynx: Splynx) -> None:
    """docs/guides/any-source.md: services come before what they refer to, and all ends up where it belongs."""
    config = tmp_path / "config.json"
    settings = {"api_url": splynx.url, "api_key": KEY, "api_secret": SECRET, "mapping": "splynx", "workspace": str(tmp_path / "workspace")}
    config.write_text(json.dumps(settings), encoding="utf-8")
    for writes in (True, False):
        with EXAMPLE.open(encoding="utf-8") as source:
            ran = subprocess.run(
                [sys.executable, "-m", "target_splynx", "--config", str(config)],
                stdin=source, capture_output=True, text=True, timeout=60, check=False, env={**os.environ, "PYTHONUTF8": "1"},
            )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
        assert bool(splynx.writes()) is writes
        splynx.reset_stats()
    customers = {row["login"]: row for row in splynx.rows("customers/customer")}
    tariffs = {row["id"]: row["title"] for row in splynx.rows("tariffs/internet")}
    services = {row["login"]: (row["customer_id"], tariffs[row["tariff_id"]]) for row in splynx.rows("customers/internet-services")}
    assert services == {"harbour-1": (customers["harbour"]["id"], "Fibre 100"), "asa-1": (customers["asa"]["id"], "Fibre 1000")}
    assert customers["terrace"]["parent_id"] == customers["harbour"]["id"]
    assert customers["harbour"]["additional_attributes"]["vat_group"] == "B"
    assert customers["asa"]["additional_attributes"]["vat_group"] is None
    billing = {row["customer_id"]: row["billing_due"] for row in splynx.rows("customers/customer-billing")}
    assert billing[customers["harbour"]["id"]] == "20"


def test_text_of_a_csv_becomes_what_the_field_is(direct: Migration) -> None:
    rows = {
        "tariffs_internet": [
            {"id": "1", "title": "Fibre", "price": "20.50", "speed_download": " 1000 ", "speed_upload": "1000", "with_vat": "true",
             "partners_ids": "1", "available_for_locations": "[1]", "customer_categories": "person, company", "billing_types": "recurring",
             "hide_on_admin_portal": "0", "show_on_customer_portal": "", "speed_limit_at": ""}
        ]
    }  # fmt: skip
    direct.run(feed(rows))
    (tariff,) = direct.splynx.rows("tariffs/internet")
    assert tariff["price"] == "20.5000"
    assert tariff["speed_download"] == 1000
    assert tariff["customer_categories"] == ["person", "company"]
    assert tariff["partners_ids"] == [1]
    assert tariff["with_vat"] == "1"
    assert tariff["speed_limit_at"] == 10, "empty text is nothing: Splynx's default stays"


def test_ids_of_splynx_and_keys_may_be_mixed(direct: Migration) -> None:
    """A row without a key falls back to the column with the id."""
    rows = {
        "partners": [{"id": "n", "name": "North"}],
        "customers": [
            {"id": "a", "login": "a", "name": "A", **PERSON, "partner_id_key": "n"},
            {"id": "b", "login": "b", "name": "B", **PERSON, "partner_id_key": None},
        ],
        "tariffs_internet": [{"id": "t", **PLAN, "partners_ids_key": "n"}, {"id": "u", **PLAN, "title": "Other", "partners_ids_key": None}],
    }
    direct.run(feed(rows))
    north = next(row["id"] for row in direct.splynx.rows("administration/partners") if row["name"] == "North")
    assert {login: row["partner_id"] for login, row in people(direct).items()} == {"a": north, "b": 1}
    assert {row["title"]: row["partners_ids"] for row in direct.splynx.rows("tariffs/internet")} == {"Fibre": [north], "Other": [1]}


def test_a_key_that_nobody_has_is_a_reject_with_the_key(direct: Migration) -> None:
    rows = {
        "customers": [{"id": "a", "login": "a", "name": "A", **PERSON}],
        "tariffs_internet": [{"id": "t", **PLAN}],
        "services_internet": [{"id": "s", **SERVICE, "customer_id_key": "nobody", "tariff_id_key": "t", "description": "x", "login": "x", "taking_ipv4": 0}],
        "labels": [{"id": "l", "module": "customers", "label": "VIP"}],
    }
    rows["customers"].append({"id": "b", "login": "b", "name": "B", **PERSON, "customer_labels_key": ["l", "gone"]})
    direct.run(feed(rows))
    told = {r.resource: r for r in direct.rejects()}
    assert {name: r.reason for name, r in told.items()} == {"services_internet": "missing_reference", "customers": "missing_reference"}
    assert "customer_id_key: no record of customers has the key nobody" in told["services_internet"].message
    assert "customer_labels_key: no record of labels has the key gone" in told["customers"].message


def test_a_key_of_several_resources_is_not_guessed(direct: Migration) -> None:
    lead = {"name": "L", "email": "l@example.net", "partner_id": 1, "location_id": 1, "category": "person"}
    rows = {
        "customers": [{"id": "1", "login": "a", "name": "A", **PERSON}],
        "leads": [{"id": "1", **lead}],
        "communication_calls": [
            {"id": "x", "from": "1", "to": "2", "duration": 3, "datetime": "2026-11-01 10:00:00", "client_id_key": "1"},
            {"id": "y", "from": "1", "to": "3", "duration": 3, "datetime": "2026-11-01 10:00:00", "client_id_key": "leads:1"},
        ],
    }
    direct.run(feed(rows))
    assert [(r.source_key, r.reason) for r in direct.rejects()] == [("x", "ambiguous_reference")]
    (call,) = direct.splynx.rows("communications/calls")
    assert call["client_id"] == direct.splynx.rows("crm/leads")[0]["id"]


def test_a_record_of_an_earlier_run_is_found(direct: Migration) -> None:
    """The second tap sends services only; the customers are in the stage and the ledger."""
    direct.run(feed({"customers": [{"id": "a", "login": "a", "name": "A", **PERSON}]}))
    rows = {
        "tariffs_internet": [{"id": "t", **PLAN}],
        "services_internet": [{"id": "s", **SERVICE, "customer_id_key": "a", "tariff_id_key": "t", "description": "x", "login": "x", "taking_ipv4": 0}],
    }
    direct.run(feed(rows))
    assert direct.splynx.rows("customers/internet-services")[0]["customer_id"] == people(direct)["a"]["id"]


def test_a_circle_of_references_is_opened_by_a_second_pass(direct: Migration) -> None:
    """Invoices name their payment, payments their invoice."""
    item = [{"description": "x", "quantity": 1, "unit": "", "price": 10, "tax": 0}]
    rows = {
        "customers": [{"id": "a", "login": "a", "name": "A", **PERSON}],
        "payments": [
            {"id": "p", "customer_id_key": "a", "payment_type": "1", "receipt_number": "R1", "date": "2026-11-01", "amount": 10, "invoice_id_key": "i"}
        ],
        "invoices": [{"id": "i", "customer_id_key": "a", "status": "paid", "number": "I1", "items": item, "payment_id_key": "p"}],
    }
    direct.run(feed(rows))
    assert direct.rejects() == []
    (invoice,), (payment,) = direct.splynx.rows("finance/invoices"), direct.splynx.rows("finance/payments")
    assert invoice["payment_id"] == payment["id"]
    assert payment["invoice_id"] == invoice["id"]
    direct.splynx.reset_stats()
    direct.run(feed(rows, 2))
    assert direct.splynx.writes() == {}


def test_a_cleared_parent_is_cleared(direct: Migration) -> None:
    rows = {"customers": [{"id": "a", "login": "a", "name": "A", **PERSON, "parent_id_key": None},
                          {"id": "b", "login": "b", "name": "B", **PERSON, "parent_id_key": "a"}]}  # fmt: skip
    direct.run(feed(rows))
    assert people(direct)["b"]["parent_id"] == people(direct)["a"]["id"]
    rows["customers"][1]["parent_id_key"] = None
    direct.run(feed(rows, 2))
    assert people(direct)["b"]["parent_id"] in {0, None}


@pytest.mark.parametrize(
    ("stream", "row", "said"),
    [
        ("customers", {"id": "1", "naem": "A"}, "stream customers: `naem` is no field of customers. Did you mean `name`?"),
        ("customers", {"id": "1", "name": "A", "login_key": "x"}, "that field refers to nothing"),
        ("transactions", {"id": "1", "invoiced_by": "x"}, "`invoiced_by` is no field of transactions"),
        ("customer_info", {"id_of_it": "1", "vat_id": "x"}, "stream customer_info: the stream does not say which record it changes"),
    ],
)
def test_a_wrong_column_is_an_error_that_names_stream_and_column(direct: Migration, stream: str, row: dict[str, Any], said: str) -> None:
    key = next(iter(row))
    with pytest.raises(ModelError) as caught:
        direct.run(Feed().stream(stream, column_types([row]), [row], key=(key,)))
    assert said in str(caught.value)
    assert direct.splynx.writes() == {}


def test_a_stream_without_key_is_refused(direct: Migration) -> None:
    with pytest.raises(ModelError, match="stream labels: the stream has no key"):
        direct.run(Feed().stream("labels", {"module": "text", "label": "text"}, [{"module": "customers", "label": "x"}], key=()))


def test_columns_of_the_tap_itself_are_left_out(direct: Migration) -> None:
    direct.run(feed({"labels": [{"id": "1", "module": "customers", "label": "x", "_sdc_source_file": "labels.csv"}]}))
    assert [row["label"] for row in direct.splynx.rows("config/labels")] == ["x"]


def test_a_key_of_several_columns(direct: Migration) -> None:
    note = {"id": "n", "customer_id_key": "north|1", "datetime": "2026-11-01 10:00:00", "comment": "x"}
    customer = {"branch": "north", "login": "1", "name": "A", **PERSON}
    found = Feed().stream("customers", column_types([customer]), [customer], key=("branch", "login"))
    found.stream("customer_notes", column_types([note]), [note])
    direct.run(found)
    assert direct.splynx.rows("customers/customer-notes")[0]["customer_id"] == people(direct)["1"]["id"]


def test_own_models_may_replace_a_stream_and_read_it(direct: Migration) -> None:
    """A file customers/customers.sql wins over the stream of that name."""
    models = direct.folder / "own"
    add_model(
        models,
        "customers/customers",
        """
-- resource: customers
SELECT id AS source_key, upper(name) AS name, login, 'active' AS status, 1 AS partner_id, 1 AS location_id, 'person' AS category
FROM sonar.customers""",
    )
    direct.run(feed({"customers": [{"id": "a", "login": "a", "name": "Ada", "shoe_size": 42}]}), models_path=str(models))
    assert people(direct)["a"]["name"] == "ADA"


def test_a_file_is_sent_once_and_again_when_it_changes(direct: Migration, tmp_path: Path) -> None:
    contract = tmp_path / "contract.pdf"
    contract.write_bytes(b"%PDF-1.4 one")
    document = {"id": "d", "customer_id_key": "a", "type": "uploaded", "title": "Contract", "file_path": str(contract)}
    rows = {"customers": [{"id": "a", "login": "a", "name": "A", **PERSON}], "customer_documents": [document]}
    for number, (content, uploads) in enumerate(((b"%PDF-1.4 one", 1), (b"%PDF-1.4 one", 0), (b"%PDF-1.4 two", 1)), start=1):
        contract.write_bytes(content)
        direct.splynx.reset_stats()
        direct.run(feed(rows, number))
        sent = direct.splynx.writes().get("POST /admin/customers/customer-documents/{id}--upload", 0)
        assert sent == uploads
    (file,) = direct.splynx.server.splynx.files.values()
    assert (file.name, file.content, file.content_type) == ("contract.pdf", b"%PDF-1.4 two", "application/pdf")
    assert not (direct.workspace / "uploads").exists(), "contents do not stay in the workspace"


@pytest.mark.parametrize("file", [{"file_path": "/nowhere/x.pdf"}, {"content_base64": "%%%", "filename": "x.pdf"}, {"content_base64": "aGk="}])
def test_a_file_that_cannot_be_sent_is_a_reject(direct: Migration, file: dict[str, str]) -> None:
    document = {"id": "d", "customer_id_key": "a", "type": "uploaded", "title": "Contract", **file}
    direct.run(feed({"customers": [{"id": "a", "login": "a", "name": "A", **PERSON}], "customer_documents": [document]}))
    (reject,) = direct.rejects()
    assert (reject.resource, reject.field) == ("customer_documents", "_file")
    assert direct.splynx.rows("customers/customer-documents") == []


def test_a_document_whose_file_is_refused_is_kept_and_told(direct: Migration) -> None:
    program = base64.b64encode(b"MZ").decode()
    document = {"id": "d", "customer_id_key": "a", "type": "uploaded", "title": "Tool", "filename": "tool.exe", "content_base64": program}
    rows = {"customers": [{"id": "a", "login": "a", "name": "A", **PERSON}], "customer_documents": [document]}
    direct.run(feed(rows))
    assert [(r.reason, r.field) for r in direct.rejects()] == [("file_refused", "_file")]
    document |= {"filename": "tool.txt"}
    direct.run(feed(rows, 2))
    assert direct.rejects() == []
    assert len(direct.splynx.rows("customers/customer-documents")) == 1
    assert [file.name for file in direct.splynx.server.splynx.files.values()] == ["tool.txt"]


def test_a_lost_answer_to_an_upload_neither_doubles_nor_loses(direct: Migration, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("target_splynx.loading.execute.FIRST_PAUSE_SECONDS", 0.01)
    document = {"id": "d", "customer_id_key": "a", "type": "uploaded", "title": "X", "filename": "x.pdf", "content_base64": "aGk="}
    rows = {"customers": [{"id": "a", "login": "a", "name": "A", **PERSON}], "customer_documents": [document]}
    match = {"method": "POST", "path_regex": "customer-documents"}
    direct.splynx.faults({"match": match, "kind": "cut_after", "times": 2})
    direct.run(feed(rows))
    assert direct.rejects() == []
    assert len(direct.splynx.rows("customers/customer-documents")) == 1
    assert [file.content for file in direct.splynx.server.splynx.files.values()] == [b"hi"]


def test_sql_models_send_files_by_reserved_columns(direct: Migration) -> None:
    models = direct.folder / "models"
    add_model(
        models,
        "customers/people",
        """
-- resource: customers
SELECT id AS source_key, name, id AS login, 'active' AS status, 1 AS partner_id, 1 AS location_id, 'person' AS category FROM sonar.people""",
    )
    add_model(
        models,
        "documents/papers",
        """
-- resource: customer_documents
SELECT p.id AS source_key, c.id AS customer_id, 'uploaded' AS type, 'Paper' AS title,
    to_base64('hello'::BLOB) AS _file_content_base64, 'paper.txt' AS _file_name
FROM sonar.people p JOIN splynx.customers c ON c.source_key = p.id""",
    )
    direct.models = models
    direct.run(feed({"people": [{"id": "a", "name": "Ada"}]}))
    assert [(file.name, file.content) for file in direct.splynx.server.splynx.files.values()] == [("paper.txt", b"hello")]


def test_a_file_for_a_resource_that_takes_none_is_an_error(direct: Migration) -> None:
    models = direct.folder / "models"
    add_model(
        models,
        "foundation/labels",
        """
-- resource: labels
SELECT id AS source_key, 'customers' AS module, name AS label, '/etc/hosts' AS _file_path FROM sonar.people""",
    )
    direct.models = models
    with pytest.raises(MigrationError, match="Splynx takes no file with labels"):
        direct.run(feed({"people": [{"id": "a", "name": "Ada"}]}))


def test_trusted_devices_work_with_an_administrators_own_session(direct: Migration) -> None:
    device = {"id": "d", "device_type": "phone", "os": "any", "name": "Phone"}
    direct.run(feed({"trusted_devices": [device]}), auth_method="token", admin_login="admin", admin_password="sandbox-admin", api_key="")
    assert [row["name"] for row in direct.splynx.rows("auth/trusted-devices")] == ["Phone"]


def test_a_misspelt_stream_is_told(direct: Migration, caplog: pytest.LogCaptureFixture) -> None:
    direct.run(feed({"custmers": [{"id": "a"}]}))
    assert "did you mean customers?" in caplog.text


def test_an_additional_field_and_its_value_in_one_run(direct: Migration) -> None:
    rows = {
        "additional_fields": [{"id": "f", "module": "customers", "name": "colour", "title": "Colour", "type": "string", **FLAGS}],
        "customers": [{"id": "a", "login": "a", "name": "A", **PERSON, "additional_attributes": {"colour": "red"}}],
    }
    direct.run(feed(rows))
    assert people(direct)["a"]["additional_attributes"]["colour"] == "red"


def test_a_plan_names_every_request_and_writes_nothing(direct: Migration) -> None:
    source = io.StringIO(EXAMPLE.read_text(encoding="utf-8"))
    found = Feed()
    found.lines = source.read().splitlines()
    direct.run(found, dry_run=True)
    assert direct.splynx.writes() == {}
    summary = direct.summary()
    assert summary["services/services_internet"]["to_create"] == 2
    assert summary["customers/customers_second_pass"]["to_change"] == 1
