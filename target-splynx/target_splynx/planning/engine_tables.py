"""Tables of the engine that models may read (docs/reference/models.md): what neither source nor Splynx tells.

* `engine.marker_modules(module)`: modules whose records are marked.
* `engine.complete_streams(stream)`: streams that were staged in full; an optional stream that is not counts as absent.
* `engine.basis(section, name, value)`: the facts on which a section's records stand, once there are any.
* `engine.written(model, source_key)`: records that live in Splynx, of the models of sections with a basis.
"""

from __future__ import annotations

from target_splynx.ledger.basis import basis, set_basis
from target_splynx.ledger.store import Ledger
from target_splynx.modelling.dependencies import Graph
from target_splynx.modelling.evaluate import Evaluator
from target_splynx.stage.store import Stage

BASES = {"money": "money_basis"}
"""Section → shared part whose only row holds the facts; `skip` in it says why nothing is written."""


def fill(evaluator: Evaluator, graph: Graph, stage: Stage, ledger: Ledger) -> None:
    """Make the tables for one plan, and empty ones for optional streams that the tap does not send."""
    for name, columns in graph.optional.items():
        stage.ensure(name, columns)
    modules = sorted({m.resource.additional_fields for m in graph.order if m.marked and m.resource.additional_fields})
    evaluator.engine_table("marker_modules", {"module": "VARCHAR"}, ({"module": name} for name in modules))
    evaluator.engine_table("complete_streams", {"stream": "VARCHAR"}, ({"stream": name} for name in stage.complete()))
    evaluator.engine_table(
        "convertible",
        {"resource": "VARCHAR", "source_key": "VARCHAR", "id": "BIGINT"},
        (
            {"resource": parent, "source_key": key, "id": int(splynx_id)}
            for model in graph.order
            if model.becomes
            for parent in model.resource.parent
            for name in (parent, model.resource.name)
            for key, splynx_id in ledger.ids(name)
            if splynx_id.isdigit()
        ),
    )
    known = {section: facts for section in BASES if (facts := basis(ledger.engine, section)) is not None}
    evaluator.engine_table(
        "basis",
        {"section": "VARCHAR", "name": "VARCHAR", "value": "VARCHAR"},
        (
            {"section": section, "name": name, "value": value}
            for section, facts in known.items()
            for name, value in facts.items()
        ),
    )
    evaluator.engine_table(
        "written",
        {"model": "VARCHAR", "source_key": "VARCHAR"},
        (
            {"model": model.name, "source_key": key}
            for model in graph.order
            if model.section in known
            for key in ledger.keys(model.name)
        ),
    )


def keep_basis(evaluator: Evaluator, ledger: Ledger, run: int) -> None:
    """After planning, before loading: what the plan's records stand on."""
    for section, part in BASES.items():
        facts = evaluator.single_row(part)
        if facts and facts.pop("skip", None) is None and all(value is not None for value in facts.values()):
            set_basis(ledger.engine, section, {name: str(value) for name, value in facts.items()}, run)
