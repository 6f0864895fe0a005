"""The whole state of one Splynx: settings, tables, clock, uploaded files, messages that would have gone out.

In: ``Settings``. Out: ``Splynx``, which rules, effects and actions work on. It knows no HTTP.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.splynx.contract import Contract, Resource, load
from sandbox.splynx.fields import text_of_money
from sandbox.splynx.store import Row, Store, Table, Values

ADDITIONAL_FIELDS = "config/additional-fields"


@dataclass
class ApiKey:
    """An API key. ``permissions`` None = everything; else controller (``customers/customer``) → set of actions.

    Actions: index (lists), view, add, update, delete. ``denied`` takes away again: ``finance/*``, a controller, or one
    action of it (``customers/customer:delete``). ``check_nonce``: the nonce must grow with every signature.
    """

    key: str
    secret: str
    permissions: dict[str, set[str]] | None = None
    denied: frozenset[str] = frozenset()
    check_nonce: bool = False
    unsecure_auth: bool = True
    white_list: tuple[str, ...] = ()
    last_nonce: int = 0


@dataclass
class Settings:
    """How this Splynx behaves; everything the constructor of the server and the command line can set."""

    keys: list[ApiKey] = field(default_factory=lambda: [ApiKey("sandbox-key", "sandbox-secret")])
    admin_login: str = "admin"
    admin_password: str = "sandbox-admin"  # noqa: S105  (of a sandbox)
    unknown_fields: str = "refuse"
    strict: bool = True
    strings: bool = False
    token_life_seconds: int = 1800
    refresh_life_seconds: int = 419 * 86400
    timezone: str = "UTC"
    now: datetime | None = None
    login_format: str = "%06d"
    can_change_login: bool = True
    conversion_keeps_id: bool = True
    empty_additional_fields_400: bool = True
    disabled_modules: frozenset[str] | None = None
    welcome_messages: bool = False
    ticket_notifications: bool = False
    messages_reopen_tickets: bool = False
    welcome_statuses: frozenset[str] = frozenset({"new", "active"})
    finance_notifications: bool = True
    scheduling_notifications: bool = True
    auto_pair_payments: bool = True
    aggregate_sub_accounts: bool = True
    taxes: list[dict[str, Any]] | None = None
    seed: int = 1
    max_upload_bytes: int = 20 * 1024 * 1024


@dataclass
class StoredFile:
    """An uploaded file."""

    name: str
    content_type: str
    content: bytes


class Splynx:
    """Tables and everything around them; ``reset`` gives a fresh server."""

    def __init__(self, settings: Settings | None = None, contract: Contract | None = None) -> None:
        self.settings = settings or Settings()
        self.contract = contract or load()
        self.zone = ZoneInfo(self.settings.timezone)
        self.store = Store()
        self.files: dict[str, StoredFile] = {}
        self.messages: Counter[str] = Counter()
        self.charges: Counter[str] = Counter()
        self.config: dict[str, Any] = {}
        self.numbers: Counter[str] = Counter()
        self.change_log: list[dict[str, Any]] = []
        self.tax_rates: dict[int, Decimal] = {}
        self._additional: dict[str, dict[str, Row]] = {}
        self.reset()

    def reset(self) -> None:
        """Back to the state of a fresh installation."""
        from sandbox.splynx.seed import seed_reference_data

        self.store = Store()
        self.files, self.config, self.change_log = {}, {}, []
        self.messages, self.charges, self.numbers = Counter(), Counter(), Counter()
        self._additional = {}
        seed_reference_data(self)

    def table(self, name: str) -> Table:
        """The table of a resource; leads live in the customers' table (research/splynx-api.md §6)."""
        return self.store[name]

    def resource(self, name: str) -> Resource:
        """The definition of a resource."""
        return self.contract.resources[name]

    def now(self) -> datetime:
        """Local time of the server without zone, as the API shows times; standing still when it was set."""
        fixed = self.settings.now
        if fixed is not None:
            return (fixed.astimezone(self.zone) if fixed.tzinfo else fixed).replace(tzinfo=None)
        return datetime.now(self.zone).replace(tzinfo=None, microsecond=0)

    def today(self) -> date:
        """The server's day."""
        return self.now().date()

    def stamp(self) -> str:
        """``YYYY-MM-DD HH:MM:SS`` of now."""
        return self.now().strftime("%Y-%m-%d %H:%M:%S")

    def next_number(self, name: str) -> int:
        """A counter by name: 1, 2, 3 …"""
        self.numbers[name] += 1
        return self.numbers[name]

    def generated(self, *parts: object, length: int = 10) -> str:
        """A password or code that is the same for the same seed and parts."""
        text = "|".join(map(str, (self.settings.seed, *parts)))
        return hashlib.sha256(text.encode()).hexdigest()[:length]

    def new_row(self, name: str, values: Values, hidden: Values | None = None, row_id: int | None = None) -> Row:
        """Insert with defaults and without any check: for what the server makes itself."""
        resource = self.contract.resources.get(name)
        full: Values = {}
        if resource is not None:
            full = {key: copied(spec.default) for key, spec in resource.fields.items()}
            full.update({key: copied(value) for key, value in resource.defaults.items()})
            if resource.module:
                full["additional_attributes"] = self.blank_additional(resource.module)
        full.update(values)
        if resource is None or "id" in resource.fields:
            full["id"] = values.get("id")
        return self.table(name).add(full, hidden, row_id)

    def additional_fields(self, module: str) -> dict[str, Row]:
        """Definitions of the additional fields of a module, by name."""
        found = self._additional.get(module)
        if found is None:
            rows = self.table(ADDITIONAL_FIELDS).where("module", module)
            found = self._additional[module] = {row["name"]: row for row in rows}
        return found

    def forget_additional_fields(self) -> None:
        """Definitions have changed: read them anew when needed."""
        self._additional = {}

    def blank_additional(self, module: str) -> Any:
        """What a new record shows under additional_attributes. GUESS: every field with null, PHP's [] for none."""
        fields = self.additional_fields(module)
        return {name: row["default_value"] or None for name, row in fields.items()} if fields else []

    def count_message(self, kind: str, number: int = 1) -> None:
        """A mail, SMS or push that a real server would have sent."""
        self.messages[kind] += number

    def count_charge(self, kind: str) -> None:
        """Something that a customer was charged for because a record was made, not because somebody billed."""
        self.charges[kind] += 1

    def log_change(self, resource: str, row_id: int, action: str, values: Values) -> None:
        """Keep the last changes for admin/logs/changes."""
        if len(self.change_log) < 100_000:
            self.change_log.append(
                {"resource": resource, "id": row_id, "action": action, "date": self.stamp(), "values": values}
            )

    def tax_rate(self, tax_id: object) -> Decimal | None:
        """Percent of a tax by id, None when there is none."""
        row = self.table("config/taxes").get(tax_id)
        return Decimal(str(row["rate"])) if row is not None else None


def money(value: object) -> Decimal:
    """A stored money text as Decimal; nothing is zero."""
    return Decimal(str(value)) if value not in (None, "") else Decimal(0)


def money_text(value: Decimal) -> str:
    """A Decimal as the API shows money: four decimals."""
    return text_of_money(value)


def copied(value: Any) -> Any:
    """A list or dict of its own for each row."""
    return list(value) if isinstance(value, list) else dict(value) if isinstance(value, dict) else value
