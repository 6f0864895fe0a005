"""A small provider, the models that move it, and runs of the target against a Splynx sandbox."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from sandbox.splynx.server import SplynxServer
from singer_feed import Feed
from target_splynx.ledger.store import Ledger
from target_splynx.target import TargetSplynx

KEY, SECRET = "sandbox-key", "sandbox-secret"

PLAN_COLUMNS = {"id": "int", "name": "text", "price": "money"}
PERSON_COLUMNS = {"id": "int", "name": "text", "email": "text", "city": "text", "contact": "text", "parent": "int", "seen": "time"}
LINE_COLUMNS = {"id": "int", "person": "int", "plan": "int", "login": "text"}

MODELS = {
    "catalogue/plans": """
-- resource: tariffs_internet
-- natural_key: [title]
SELECT id::VARCHAR AS source_key, name AS title, price::DECIMAL(19,4) AS price, false AS with_vat, 0 AS vat_percent,
    100000 AS speed_download, 50000 AS speed_upload, [1] AS partners_ids, [1] AS available_for_locations,
    ['person'] AS customer_categories, ['recurring'] AS billing_types, false AS hide_on_admin_portal,
    false AS show_on_customer_portal, 'plan ' || name AS _label
FROM sonar.plans""",
    "customers/people": """
-- resource: customers
-- natural_key: [login]
-- on_delete: {on_delete}
-- end: {{status: disabled}}
SELECT id::VARCHAR AS source_key, 'p' || id AS login, name, email, city, 'active' AS status, 1 AS partner_id, 1 AS location_id,
    'person' AS category, 'person ' || id AS _label, CASE WHEN name = 'SKIP' THEN 'asked to' END AS _skip
FROM sonar.people""",
    "customers/info": """
-- resource: customer_info
-- mode: patch
SELECT c.source_key, c.id, p.contact AS contact_person
FROM sonar.people p JOIN splynx.customers c ON c.source_key = p.id::VARCHAR WHERE p.contact IS NOT NULL""",
    "customers/parents": """
-- resource: customers
-- mode: patch
SELECT c.source_key, c.id, parent.id AS parent_id
FROM sonar.people p JOIN splynx.customers c ON c.source_key = p.id::VARCHAR
JOIN splynx.customers parent ON parent.source_key = p.parent::VARCHAR""",
    "services/lines": """
-- resource: services_internet
-- natural_key: [login]
-- on_delete: {on_delete}
-- end: {{status: disabled}}
SELECT l.id::VARCHAR AS source_key, c.id AS customer_id, t.id AS tariff_id, 'active' AS status, t.title AS description,
    1 AS quantity, '2026-12-01' AS start_date, '0000-00-00' AS end_date, l.login, 0 AS taking_ipv4, 'line ' || l.id AS _label
FROM sonar.lines l LEFT JOIN splynx.customers c ON c.source_key = l.person::VARCHAR
LEFT JOIN splynx.tariffs_internet t ON t.source_key = l.plan::VARCHAR""",
}


def write_models(folder: Path, *, on_delete: str = "ignore", **replaced: str | None) -> Path:
    """The models as files. `replaced`: name with `__` for the slash → other SQL, or None to leave it out."""
    for name, sql in MODELS.items():
        text = replaced.pop(name.replace("/", "__"), sql.format(on_delete=on_delete))
        if text is not None:
            add_model(folder, name, text)
    for name, text in replaced.items():
        add_model(folder, name.replace("__", "/"), text or "")
    return folder


def add_model(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.sql"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.strip() + "\n", encoding="utf-8")
    return path


@dataclass
class Provider:
    """Rows of the source, to be changed between runs."""

    plans: list[dict[str, Any]] = field(default_factory=list)
    people: list[dict[str, Any]] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, people: int) -> Provider:
        """`people` customers with a service each; the second is a child of the first."""
        found = cls(plans=[{"id": 1, "name": "Fibre 100", "price": 49.9}, {"id": 2, "name": "Fibre 1000", "price": 80}])
        for number in range(1, people + 1):
            found.people.append(
                {
                    "id": number, "name": f"Person {number}", "email": f"p{number}@example.net", "city": "Turku",
                    "contact": "Åsa Öberg" if number == 1 else None, "parent": 1 if number == 2 else None, "seen": "2026-11-01T00:00:00Z",
                }
            )  # fmt: skip
            found.lines.append({"id": 100 + number, "person": number, "plan": 1 + number % 2, "login": f"line{number}"})
        return found

    def feed(self, version: int = 1, state: dict[str, Any] | None = None) -> Feed:
        feed = Feed()
        feed.stream("plans", PLAN_COLUMNS, self.plans, version=version)
        feed.stream("people", PERSON_COLUMNS, self.people, version=version)
        feed.stream("lines", LINE_COLUMNS, self.lines, version=version)
        return feed.state({"bookmarks": {"plans": {}, "people": {}, "lines": {}}} if state is None else state)


class Splynx:
    """What a test asks of the sandbox, and does in it by hand."""

    def __init__(self, server: SplynxServer) -> None:
        self.server = server
        self.url = server.url
        self.session = requests.Session()
        self.session.auth = (KEY, SECRET)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.session.request(method, self.server.api + path, json=body, timeout=10)
        assert answer.status_code in {200, 201, 202, 204}, (answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def rows(self, resource: str) -> list[dict[str, Any]]:
        dump = self.session.get(f"{self.url}/_sandbox/dump?volatile=0&resource={resource}", timeout=10).json()
        return list(dump.get(resource, []))

    def faults(self, *rules: dict[str, Any]) -> None:
        answer = self.session.put(f"{self.url}/_sandbox/faults", json=list(rules), timeout=10)
        assert answer.status_code == 200, answer.text

    def stats(self) -> dict[str, Any]:
        return dict(self.session.get(f"{self.url}/_sandbox/stats", timeout=10).json())

    def reset_stats(self) -> None:
        self.session.post(f"{self.url}/_sandbox/reset-stats", timeout=10)

    def writes(self) -> dict[str, int]:
        """operation → number, of POST, PUT and DELETE since the last reset (token logins apart)."""
        counted = self.stats()["by_operation"]
        return {name: n for name, n in counted.items() if name.split()[0] in {"POST", "PUT", "DELETE"} and "auth/tokens" not in name}

    def customers(self) -> dict[str, dict[str, Any]]:
        """By marker."""
        return {row["additional_attributes"].get("sonar_id", ""): row for row in self.rows("customers/customer")}

    def picture(self) -> dict[str, list[str]]:
        """Everything that counts, with markers for ids (the ids depend on which request came first). Duplicates show."""
        people = {row["id"]: _marker(row) for row in self.rows("customers/customer")}
        plans = {row["id"]: _marker(row) for row in self.rows("tariffs/internet")}
        infos = {row["id"]: row for row in self.rows("customers/customer-info")}
        found: dict[str, list[str]] = {"fields": [f"{r['module']}.{r['name']}" for r in self.rows("config/additional-fields")]}
        found["plans"] = [f"{plans[r['id']]} {r['title']} {r['price']}" for r in self.rows("tariffs/internet")]
        found["people"] = [
            f"{people[r['id']]} {r['login']} {r['name']} {r['email']} {r['city']} {r['status']} "
            f"parent={people.get(r['parent_id'])} contact={infos[r['id']]['contact_person']}"
            for r in self.rows("customers/customer")
        ]
        found["services"] = [
            f"{_marker(r)} {r['login']} of {people[r['customer_id']]} plan={plans[r['tariff_id']]} {r['status']} {r['description']}"
            for r in self.rows("customers/internet-services")
        ]
        return {name: sorted(rows) for name, rows in found.items()}


def _marker(row: dict[str, Any]) -> str:
    return str((row.get("additional_attributes") or {}).get("sonar_id", "-"))


@dataclass
class Ran:
    """What a run told Meltano."""

    states: list[dict[str, Any]]


@dataclass
class Migration:
    """A workspace, a mapping and a Splynx; `run` feeds the target in this process, `start` in one of its own."""

    folder: Path
    splynx: Splynx
    models: Path
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def workspace(self) -> Path:
        return self.folder / "workspace"

    def config(self, **settings: Any) -> dict[str, Any]:
        return {
            "api_url": self.splynx.url, "api_key": KEY, "api_secret": SECRET, "mapping": str(self.models),
            "workspace": str(self.workspace), "retry_attempts": 2, **self.settings, **settings,
        }  # fmt: skip

    def run(self, feed: Feed | Provider, **settings: Any) -> Ran:
        """Feed the target until the input ends; errors come through."""
        lines = feed.feed() if isinstance(feed, Provider) else feed
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            target = TargetSplynx(config=self.config(**settings), validate_config=True)
            target.listen(io.StringIO(lines.text))
        return Ran([json.loads(line) for line in output.getvalue().splitlines()])

    def start(self, feed: Feed | Provider, **settings: Any) -> subprocess.Popen[str]:
        """The target as a process, as Meltano starts it."""
        lines = feed.feed() if isinstance(feed, Provider) else feed
        source, config = self.folder / "input.jsonl", self.folder / "config.json"
        source.write_text(lines.text, encoding="utf-8")
        config.write_text(json.dumps(self.config(**settings)), encoding="utf-8")
        return subprocess.Popen(
            [sys.executable, "-m", "target_splynx", "--config", str(config), "--input", str(source)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    @contextlib.contextmanager
    def ledger(self) -> Any:
        ledger = Ledger(f"sqlite:///{self.workspace / 'ledger.sqlite'}", splynx=self.splynx.url)
        try:
            yield ledger
        finally:
            ledger.close()

    def rejects(self) -> list[Any]:
        with self.ledger() as ledger:
            return list(ledger.operations(ledger.last_run()["id"], states=("rejected", "blocked")))

    def summary(self) -> dict[str, Any]:
        """model → counts of the last run; `state` of the run under ``."""
        with self.ledger() as ledger:
            run = ledger.last_run()
        rows = {row["model"]: row for row in json.loads(run["summary"])["rows"]}
        return {**rows, "": run["state"]}
