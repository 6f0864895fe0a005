"""Models: every mistake is told with file, line and remedy; the order follows from what is read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from splynx_runs import add_model, write_models
from target_splynx.contract.resource import resources
from target_splynx.errors import ModelError, SettingsError
from target_splynx.modelling.dependencies import Graph, build_graph
from target_splynx.modelling.evaluate import Evaluator
from target_splynx.modelling.library import load_models, mapping_settings
from target_splynx.modelling.model import read_model


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA sonar; CREATE TABLE sonar.people (id BIGINT, name VARCHAR)")
        yield connection


def graph_of(folder: Path, connection: duckdb.DuckDBPyConnection) -> Graph:
    return build_graph(*load_models(str(folder)), connection)


LABELS = "-- resource: labels\n"

MISTAKES: list[tuple[str, str, str, str]] = [
    # what is wrong, the file, line, what is said
    ("no resource", "-- description: x\nSELECT 1", "1", "the header misses `resource:`. Add e.g. `-- resource: customers`."),
    ("unknown resource", "-- description: x\n-- resource: custmers\nSELECT 1", "2", "`custmers` is no resource of Splynx. Near: customer"),
    ("unknown key", "-- resource: labels\n-- natural: [a]\nSELECT 1", "2", "unknown header key `natural`. Known: after, becomes, description"),
    ("bad yaml", "-- resource: labels\n-- end: {a: [}\nSELECT 1", "2", "the header is not valid YAML."),
    ("no mapping", "-- resource\nSELECT 1", "1", "the header is not a list of `key: value` lines."),
    ("unknown mode", "-- resource: labels\n-- mode: merge\nSELECT 1", "2", "`mode: merge` is not known. Use create or patch."),
    ("no post", "-- resource: customer_billing\nSELECT 1", "1", "Splynx has no POST for customer_billing. Use `-- mode: patch`."),
    ("no put", "-- resource: customer_notes\n-- mode: patch\nSELECT 1", "1", "Splynx has no PUT for customer_notes."),
    ("unknown on_delete", "-- resource: labels\n-- on_delete: drop\nSELECT 1", "2", "`on_delete: drop` is not known. Use ignore, end or delete."),
]


@pytest.mark.parametrize(("text", "line", "said"), [m[1:] for m in MISTAKES], ids=[m[0] for m in MISTAKES])
def test_a_mistake_in_the_header_names_file_line_and_remedy(text: str, line: str, said: str, tmp_path: Path) -> None:
    path = add_model(tmp_path, "foundation/labels", text)
    with pytest.raises(ModelError) as caught:
        read_model(path)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert said in str(caught.value)


SQL_MISTAKES: list[tuple[str, str, int | None, str]] = [
    ("syntax", LABELS + "SELECT 1 AS source_key,\n  FROM FROM x", 3, "syntax error"),
    ("unknown schema", LABELS + "SELECT 1 AS source_key\nFROM salesforce.accounts", 3, "unknown schema in `salesforce.accounts`. Read sonar.<stream>"),
    ("missing part", LABELS + "SELECT 1 AS source_key\nFROM shared.nothing", 3, "there is no shared part `nothing`."),
    ("after nobody", LABELS + "-- after: [foundation/nobody]\nSELECT 1 AS source_key", 2, "`after: foundation/nobody` names no model."),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "said"), [m[1:] for m in SQL_MISTAKES], ids=[m[0] for m in SQL_MISTAKES])
def test_a_mistake_in_the_sql_names_file_and_line(text: str, line: int, said: str, tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    path = add_model(tmp_path, "foundation/labels", text)
    with pytest.raises(ModelError) as caught:
        graph_of(tmp_path, connection)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert said in str(caught.value)


ROW_MISTAKES: list[tuple[str, str, int, str]] = [
    ("unknown column", LABELS + "SELECT id::VARCHAR AS source_key,\n  name AS labell\nFROM sonar.people", 3, "`labell` is no field of labels."),
    ("no key", LABELS + "SELECT name AS label FROM sonar.people", 2, "the SELECT has no column `source_key`."),
    ("no id", "-- resource: labels\n-- mode: patch\nSELECT id::VARCHAR AS source_key FROM sonar.people", 3, "a patch needs the column `id`"),
    ("double key", LABELS + "SELECT 'x' AS source_key FROM sonar.people", 2, "source_key must be there once per row; found 'x' (2×)."),
    ("null key", LABELS + "SELECT nullif(id, 1)::VARCHAR AS source_key FROM sonar.people", 2, "found None (1×)"),
    ("unknown stream", LABELS + "SELECT 1 AS source_key\n\nFROM sonar.peple", 4, "peple does not exist"),
    ("unknown column of a stream", LABELS + "SELECT id AS source_key,\n  nme AS label FROM sonar.people", 3, "nme"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "said"), [m[1:] for m in ROW_MISTAKES], ids=[m[0] for m in ROW_MISTAKES])
def test_a_mistake_that_shows_when_the_model_runs_names_file_and_line(
    text: str, line: int, said: str, tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    connection.execute("INSERT INTO sonar.people VALUES (1, 'a'), (2, 'b')")
    path = add_model(tmp_path, "foundation/labels", text)
    with pytest.raises(ModelError) as caught:
        Evaluator(connection, tmp_path).run(read_model(path))
    assert str(caught.value).startswith(f"{path}:{line}: "), caught.value
    assert said in str(caught.value)


def test_models_that_wait_for_each_other_are_named(tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    add_model(tmp_path, "customers/a", "-- resource: customers\nSELECT id::VARCHAR AS source_key FROM splynx.partners")
    add_model(tmp_path, "customers/b", "-- resource: partners\nSELECT id::VARCHAR AS source_key FROM splynx.customers")
    with pytest.raises(ModelError, match=r"these models wait for each other: customers/a, customers/b.*mode: patch"):
        graph_of(tmp_path, connection)


def test_parts_that_read_each_other_are_named(tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    (tmp_path / "a.sql").write_text("SELECT * FROM shared.b")
    (tmp_path / "b.sql").write_text("SELECT * FROM shared.a")
    with pytest.raises(ModelError, match=r"a\.sql: these shared parts read each other: a, b"):
        graph_of(tmp_path, connection)


def test_the_order_follows_from_what_models_read(tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    (tmp_path / "both.sql").write_text("SELECT l.id FROM sonar.lines l JOIN splynx.customers c ON true")
    write_models(
        tmp_path, services__lines="-- resource: services_internet\nSELECT id::VARCHAR AS source_key FROM shared.both, splynx.tariffs_internet",
        money__items="-- resource: labels\nSELECT '1' AS source_key", catalogue__first="-- resource: labels\n-- after: [customers/info]\nSELECT '1' AS source_key",
    )  # fmt: skip
    graph = graph_of(tmp_path, connection)
    order = [model.name for model in graph.order]
    for before, after in (
        ("foundation/marker_fields", "customers/people"), ("customers/people", "customers/info"), ("customers/people", "customers/parents"),
        ("customers/people", "services/lines"), ("catalogue/plans", "services/lines"), ("customers/info", "catalogue/first"),
    ):  # fmt: skip
        assert order.index(before) < order.index(after), (before, after)
    assert order[-1] == "money/items", "money waits for everything before it"
    assert graph.reads["services/lines"].streams == {"lines"}, "through the shared part"


def test_files_of_the_operator_replace_and_add(tmp_path: Path) -> None:
    base, mine = tmp_path / "base", tmp_path / "mine"
    write_models(base)
    (base / "part.sql").write_text("SELECT 1")
    replaced = add_model(mine, "customers/people", "-- resource: customers\n-- description: mine\nSELECT 1 AS source_key")
    added = add_model(mine, "foundation/extra", "-- resource: labels\nSELECT 1 AS source_key")
    (mine / "part.sql").write_text("SELECT 2")
    models, parts = load_models(str(base), str(mine))
    by_name = {model.name: model for model in models}
    assert (by_name["customers/people"].path, by_name["customers/people"].description) == (replaced, "mine")
    assert by_name["foundation/extra"].path == added
    assert by_name["services/lines"].path.is_relative_to(base)
    assert "foundation/marker_fields" in by_name, "the engine's own models belong to every mapping"
    assert [part.sql for part in parts if part.name == "part"] == ["SELECT 2"]


@pytest.mark.parametrize("mapping", ["nothing-of-the-kind", "common", ""])
def test_a_mapping_that_is_not_there_is_told(mapping: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError, match=r"`mapping` is"):
        load_models(mapping or "absent/folder")


def test_a_folder_of_ones_own_may_be_named_by_a_relative_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write_models(tmp_path / "mine")
    monkeypatch.chdir(tmp_path / "mine")
    assert {model.name for model in load_models(".")[0]} >= {"customers/people"}


def test_a_folder_that_is_no_section_is_told(tmp_path: Path) -> None:
    add_model(tmp_path, "custmers/people", "-- resource: customers\nSELECT 1 AS source_key")
    with pytest.raises(ModelError, match=r"`custmers` is no section. Sections: foundation, catalogue"):
        load_models(str(tmp_path))
    with pytest.raises(SettingsError, match=r"`models_path` .* is not a folder"):
        load_models(str(tmp_path), str(tmp_path / "absent"))


def test_settings_of_the_shipped_models_have_type_and_description() -> None:
    for name, spec in mapping_settings().items():
        assert spec.get("description"), name
        assert spec.get("type", "string") in {"string", "integer", "boolean", "date", "map", "list"}, name


def test_variables_reach_the_models_in_their_types(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    evaluator = Evaluator(connection, tmp_path)
    evaluator.set_variables({"text": "it's", "number": 5, "none": None, "flag": False, "map": {"a": 1, "b": None}, "empty": {}, "list": ["x", 2]})
    row = connection.execute(
        "SELECT getvariable('text'), getvariable('number'), getvariable('none'), getvariable('flag'), getvariable('map')['a'], "
        "getvariable('map')['zz'], getvariable('empty')['a'], getvariable('list')"
    ).fetchone()
    assert row == ("it's", 5, None, False, "1", None, None, ["x", "2"])


def resource_rows(connection: duckdb.DuckDBPyConnection, name: str) -> list[Any]:
    return connection.execute(f"SELECT source_key, id, label FROM splynx.{name} ORDER BY id DESC").fetchall()


def test_what_splynx_holds_is_joined_by_source_key_and_new_records_have_provisional_ids(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    connection.execute("INSERT INTO sonar.people VALUES (1, 'a'), (2, 'b'), (3, 'skipped')")
    model = read_model(
        add_model(tmp_path, "foundation/labels", LABELS + "SELECT id::VARCHAR AS source_key, name AS label, CASE WHEN id = 3 THEN 'rule' END AS _skip FROM sonar.people")
    )  # fmt: skip
    evaluator = Evaluator(connection, tmp_path)
    evaluator.run(model)
    listed = [{"id": "10", "label": "a"}, {"id": 11, "label": "Splynx's own"}]
    evaluator.resource_table(resources()["labels"], [model], [("1", 10)], listed, provisional=True)
    found = resource_rows(connection, "labels")
    assert found[:2] == [(None, 11, "Splynx's own"), ("1", 10, "a")]
    assert found[2][0] == "2"
    assert found[2][1] < -(2**50)
    assert len(found) == 3
    assert evaluator.ids("labels") == {"1": 10, "2": found[2][1]}
    evaluator.resource_table(resources()["labels"], [model], [("1", 10)], [], provisional=False)
    assert resource_rows(connection, "labels") == [("1", 10, "a")], "a section that is not loaded now makes no new ids"
