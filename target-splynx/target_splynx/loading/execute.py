"""Carrying out one operation: HTTP only, no ledger. Runs in a worker thread.

A create whose answer is lost is looked up before it is tried again; changes and deletes may be repeated.
"""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from typing import Any

from target_splynx.contract.live import MARKER
from target_splynx.contract.values import same
from target_splynx.errors import MigrationError, SplynxUnreachable
from target_splynx.ledger.entries import Operation, Outcome, Record
from target_splynx.loading.answers import id_of, is_marked, record_of, tells_apart
from target_splynx.loading.later import at_once, is_missed, left_over
from target_splynx.loading.lookup import Undecidable, all_created, around_it, find_created
from target_splynx.loading.numbers import Numbers
from target_splynx.loading.passwords import PasswordFile
from target_splynx.loading.paths import collection_path, delete_path, item_path
from target_splynx.loading.probing import BELOW, can_be_probed
from target_splynx.loading.turning import PARTED, turn
from target_splynx.loading.uploads import Uploads, without_file
from target_splynx.modelling.model import Model
from target_splynx.planning.diff import merged
from target_splynx.planning.files import FILE, FileStore
from target_splynx.readback import one, pairs
from target_splynx.splynx.client import Client
from target_splynx.splynx.errors import (
    NOT_NOW,
    LoginRefused,
    NotAllowed,
    NotFound,
    SplynxError,
    Unavailable,
    ValidationRefused,
)

logger = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS = 1.0
"""Before a lost answer is looked up; doubled each time."""
LATE_PAUSES = 3.0
"""How many of these pauses a create without marker is waited for before it is sent again: Splynx may still be carrying
out the first one, and nothing there refuses a second."""


class InDoubt(MigrationError):  # noqa: N818 - named by the state of the operation
    """It is unknown whether a write was carried out, and Splynx does not answer: the next run looks it up."""


class Executor:
    """Knows how to write one operation of each kind."""

    def __init__(
        self,
        client: Client,
        *,
        retry_attempts: int,
        wait_seconds: float | None = None,
        passwords: PasswordFile | None = None,
        files: FileStore | None = None,
    ) -> None:
        """`wait_seconds`: first pause after a lost answer; doubled each time. `passwords`: where made ones are told.
        `files`: where the contents of planned files wait."""
        self._client = client
        self._numbers = Numbers(client)
        self._passwords = passwords
        self._attempts = max(1, retry_attempts + 1)
        self._wait = FIRST_PAUSE_SECONDS if wait_seconds is None else wait_seconds
        self._newest: dict[str, int] = {}
        self._beside: dict[str, list[dict[str, Any]]] = {}
        self._uploads = (
            Uploads(client, files, attempts=self._attempts, wait_seconds=self._wait) if files is not None else None
        )

    def know(self, resource: str, splynx_id: str) -> None:
        """Note an id that Splynx has given: what is listed nowhere is looked for above the newest one."""
        if splynx_id.isdigit():
            self._newest[resource] = max(int(splynx_id), self._newest.get(resource, 0))

    def carry_out(self, model: Model, operation: Operation, old: dict[str, Any]) -> Outcome:
        """Write one operation whose references are real ids. `old`: the payload last applied ({} when none).

        Raises:
            InDoubt: the server went away in the middle of a create.
            SplynxUnreachable: the credentials are no longer accepted.
        """
        try:
            if operation.action == "create":
                return self._create(model, operation)
            if operation.action == "delete":
                return self._delete(model, operation, old)
            return self._update(model, operation, old)
        except ValidationRefused as error:
            field = error.fields[0].field if error.fields else ""
            return self._refused(
                operation, "refused", field, error.message, "Correct it at the source, or in the model."
            )
        except NotAllowed as error:
            return self._refused(
                operation,
                "not_allowed",
                "",
                f"{error}",
                f"Give the API key the right to {operation.action} {model.resource.name}, or switch the module on.",
            )
        except LoginRefused as error:
            raise SplynxUnreachable(error.sentence()) from None
        except NotFound as error:
            return self._refused(
                operation,
                "gone",
                "",
                f"{error}",
                "The record was removed in Splynx by hand: restore it, or forget it in the ledger.",
            )
        except Unavailable as error:
            return self._unavailable(operation, error)
        except SplynxError as error:
            return self._refused(operation, "refused", "", f"{error}", "Look into Splynx's log.")

    def _unavailable(self, operation: Operation, error: Unavailable) -> Outcome:
        """All tries failed: the record's own fault, or nobody's."""
        if error.status == 0:
            raise InDoubt(
                f"Splynx stopped answering ({error.message}). Run again: nothing is lost or doubled."
            ) from None
        if error.status in NOT_NOW:
            # The next record would fare no better: no reject of each, but an end that a person can mend.
            raise InDoubt(
                f"Splynx refuses all requests for now ({error}). Run again later: nothing is lost or doubled."
            ) from None
        return self._refused(
            operation, "server_error", "", f"{error}", "Look into Splynx's log; the record may trip it."
        )

    def _create(self, model: Model, operation: Operation) -> Outcome:
        path = collection_path(model.resource, operation.path)
        known = self._newest.get(model.resource.name, 0)
        wait = self._wait
        body = at_once(model, without_file(operation.payload))
        parts = self._uploads.parts(model.resource, operation.payload) if self._uploads else None
        if model.generate and self._passwords is not None:
            body = {**body, **self._passwords.make(model, operation)}
        for attempt in range(1, self._attempts + 1):
            try:
                answer = self._client.post(path, body, parts) if parts else self._client.post(path, body)
                own = id_of(model, answer, operation)
                if attempt > 1:
                    own = self._only_one(model, operation, known, own)
                return self._made(model, operation, own)
            except ValidationRefused as error:  # noqa: PERF203 - each try fails by itself
                if is_missed(left_over(model, operation.payload), error):
                    return self._create(replace(model, later=()), operation)
                # A second try may meet the record that the first one made, also one of a run that was killed meanwhile.
                if (attempt > 1 or tells_apart(model, error)) and (found := self._look(model, operation, known)):
                    return self._made(model, operation, found)
                raise
            except Unavailable as error:
                logger.info("%s %s: %s; looking whether it was made", model.resource.name, operation.source_key, error)
                if found := self._look_after(model, operation, known, wait):
                    return self._made(model, operation, found)
                wait *= 2
                if attempt == self._attempts:
                    raise
        raise AssertionError("unreachable")  # pragma: no cover

    def _look_after(self, model: Model, operation: Operation, known: int, pause: float) -> str | None:
        """Look for a record after a pause; for one without marker several times, see `LATE_PAUSES`."""
        late = time.monotonic() + pause + (0 if is_marked(model, operation) else LATE_PAUSES * self._wait)
        while True:
            time.sleep(pause)
            found = self._look(model, operation, known)
            if found or time.monotonic() + pause > late:
                return found

    def _only_one(self, model: Model, operation: Operation, known: int, own: str) -> str:
        """The id of the record after a repeated create: when the first try was carried out, too, later than anybody
        waited for it, the second one is taken back. Markers are unique in Splynx: these cannot double."""
        if is_marked(model, operation):
            return own
        try:
            made = all_created(self._client, model, operation.source_key, operation.payload, operation.path, known)
            others = [found for found in made if found != own]
        except (Undecidable, SplynxError):
            return own  # it was made; whether it is alone cannot be seen
        if len(others) != 1:
            return own
        logger.warning("%s %s was made twice: %s is taken back", model.resource.name, operation.source_key, own)
        if not self._taken_back(model, operation, own):
            raise InDoubt(
                f"{model.resource.name} {operation.source_key} was made twice ({others[0]} and {own}), and the second "
                "one cannot be deleted. Delete one of them in Splynx, then run again."
            )
        return others[0]

    def _taken_back(self, model: Model, operation: Operation, own: str) -> bool:
        if not model.resource.can_delete:
            return False
        try:
            self._client.delete(delete_path(model.resource, operation.path, own))
        except SplynxError:
            return False
        return True

    def _made(self, model: Model, operation: Operation, splynx_id: str) -> Outcome:
        """The outcome of a create, after what follows was sent: fields that come later, its file. A record of which
        that was refused is there all the same."""
        self.know(model.resource.name, splynx_id)
        if later := left_over(model, operation.payload):
            try:
                self._client.put(item_path(model.resource, operation.path, splynx_id), later)
            except Unavailable:
                raise
            except SplynxError as error:
                outcome = self._refused(
                    operation,
                    "refused",
                    next(iter(later)),
                    f"The record was made, without {' and '.join(later)}: {error}",
                    "Correct it at the source; the next run sends it again.",
                )
                return replace(outcome, splynx_id=splynx_id, record=record_of(model, operation, splynx_id, whole=False))
        if self._uploads is None or not self._uploads.follows(model.resource, operation.payload):
            return self._created(model, operation, splynx_id)
        try:
            self._uploads.send(model.resource, splynx_id, operation.payload)
        except SplynxError as error:
            outcome = self._refused(
                operation,
                "file_refused",
                FILE,
                f"The record was made; its file was not taken: {error}",
                "Correct the file; the next run sends it again.",
            )
            return replace(outcome, splynx_id=splynx_id, record=record_of(model, operation, splynx_id, whole=False))
        return self._created(model, operation, splynx_id)

    def _look(
        self, model: Model, operation: Operation, known: int, around: list[dict[str, Any]] | None = None
    ) -> str | None:
        try:
            return find_created(
                self._client, model, operation.source_key, operation.payload, operation.path, known, around
            )
        except Undecidable as error:
            raise InDoubt(
                f"{model.resource.name} {operation.source_key}: {error} Look into Splynx before you run again."
            ) from None
        except Unavailable:
            raise InDoubt("Splynx stopped answering. Run again: nothing is lost or doubled.") from None

    def resolve(self, model: Model, operation: Operation) -> Outcome | None:
        """What became of a create that an earlier run left in doubt; None when it was never made."""
        found = self._look(model, operation, 0, self._around(model, operation))
        if not found:
            return None
        # Whether what follows was sent, too (fields that come later, its file), is unknown: the plan sends it (again).
        follows = self._uploads is not None and self._uploads.follows(model.resource, operation.payload)
        record = record_of(model, operation, found, whole=not follows and not model.later)
        return Outcome(operation, "done", splynx_id=found, record=record)

    def resolve_change(self, model: Model, operation: Operation, old: dict[str, Any]) -> Outcome | None:
        """What became of a change or a deletion that an earlier run left in doubt; None when it was not carried out, or
        when Splynx does not show it."""
        try:
            row = one(self._client, model.resource, operation.path, operation.splynx_id or "")
        except Unavailable:
            raise InDoubt("Splynx stopped answering. Run again: nothing is lost or doubled.") from None
        except SplynxError:
            return None
        if operation.action == "delete":
            return self._deleted(operation, old) if row is None else None
        if row is None:
            return None
        shown = [same(value, held) for _, value, held, seen in pairs(operation.payload, row) if seen]
        return self._changed(operation, old) if shown and all(shown) else None

    def _around(self, model: Model, operation: Operation) -> list[dict[str, Any]] | None:
        """The neighbours of what a killed run left in doubt, read once: nobody writes while doubts are resolved."""
        name = model.resource.name
        if not can_be_probed(model.resource):
            return None
        if name not in self._beside:
            known = max(0, self._newest.get(name, 0) - BELOW)
            try:
                self._beside[name] = around_it(self._client, model, operation.path, known)
            except Undecidable as error:
                raise InDoubt(f"{name} {operation.source_key}: {error} Run again when it can be read.") from None
            except Unavailable:
                raise InDoubt("Splynx stopped answering. Run again: nothing is lost or doubled.") from None
        return self._beside[name]

    def _created(self, model: Model, operation: Operation, splynx_id: str) -> Outcome:
        return Outcome(operation, "done", splynx_id=splynx_id, record=record_of(model, operation, splynx_id))

    def _turn(self, model: Model, operation: Operation, old: dict[str, Any]) -> Outcome:
        made = turn(self._client, model, operation)
        if made is None:
            return self._refused(
                operation,
                "conversion_unclear",
                "",
                f"It was converted, and which of {model.becomes} it became cannot be told.",
                f"Write {operation.source_key} into the field {MARKER} of the right one; set lead_conversion to new.",
            )
        outcome = self._changed(replace(operation, splynx_id=made), old)
        return replace(outcome, operation=operation, parted=PARTED)

    def _update(self, model: Model, operation: Operation, old: dict[str, Any]) -> Outcome:
        if model.becomes:
            return self._turn(model, operation, old)
        operation = replace(operation, splynx_id=self._numbers.of(model.resource, operation))
        splynx_id = operation.splynx_id or ""
        body = without_file(operation.payload)
        if model.resource.delete_item:
            body = {"id": splynx_id, **body}  # it is addressed by what it hangs on
        if body or not operation.payload:
            self._client.put(item_path(model.resource, operation.path, splynx_id), body)
        if operation.payload.get(FILE) and self._uploads is not None:
            self._uploads.send(model.resource, splynx_id, operation.payload)
        return self._changed(operation, old)

    def _changed(self, operation: Operation, old: dict[str, Any]) -> Outcome:
        splynx_id = operation.splynx_id or ""
        record = Record(
            model=operation.model,
            source_key=operation.source_key,
            resource=operation.resource,
            splynx_id=splynx_id,
            payload=merged(old, operation.payload),
            path=operation.path,
            state="ended" if operation.action == "end" else "live",
        )
        return Outcome(operation, "done", splynx_id=splynx_id, record=record)

    def _delete(self, model: Model, operation: Operation, old: dict[str, Any]) -> Outcome:
        splynx_id = operation.splynx_id or ""
        try:
            self._client.delete(delete_path(model.resource, operation.path, splynx_id), operation.payload or None)
        except NotFound:
            logger.info("%s %s was gone already", model.resource.name, operation.source_key)
        return self._deleted(operation, old)

    def _deleted(self, operation: Operation, old: dict[str, Any]) -> Outcome:
        splynx_id = operation.splynx_id or ""
        record = Record(
            model=operation.model,
            source_key=operation.source_key,
            resource=operation.resource,
            splynx_id=splynx_id,
            payload=old,
            path=operation.path,
            state="deleted",
        )
        return Outcome(operation, "done", splynx_id=splynx_id, record=record)

    @staticmethod
    def _refused(operation: Operation, reason: str, field: str, message: str, remedy: str) -> Outcome:
        return Outcome(operation, "rejected", reason=reason, field=field, message=message, remedy=remedy)
