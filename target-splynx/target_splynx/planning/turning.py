"""Records that become one of another resource in this run: their ids, before anybody knows them.

In: an evaluated model with `becomes`, the ledger. Out: source key → id, provisional until it was converted.
"""

from __future__ import annotations

from collections.abc import Sequence

from target_splynx.ledger.store import Ledger
from target_splynx.modelling.evaluate import Evaluator
from target_splynx.modelling.model import Model
from target_splynx.planning.diff import PROVISIONAL

_APART = 2**40
"""So far below the provisional ids of new records."""


def turning(model: Model, evaluator: Evaluator, ledger: Ledger, creators: Sequence[Model]) -> dict[str, int]:
    """`creators`: the models of the resource that it becomes; what they know already has turned."""
    known = {key for creator in creators for key in ledger.keys(creator.name, ("live", "ended"))}
    keys = [
        row.source_key
        for chunk in evaluator.rows(model)
        for row in chunk
        if not row.skip and not row.reject and row.source_key not in known
    ]
    # Converted by a run that did not come to what follows.
    done = {key: int(record.splynx_id) for key, record in ledger.records(model.name, keys).items()}
    return {key: done.get(key, PROVISIONAL - _APART - number) for number, key in enumerate(keys)}
