"""A Splynx sandbox over real HTTP and a small client for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import pytest
import requests

from sandbox.splynx.server import SplynxServer
from sandbox.splynx.state import Settings

KEY, SECRET = "sandbox-key", "sandbox-secret"
FLAGS = {
    "is_required": 0, "is_unique": 0, "is_add": 1, "show_in_list": 1, "searchable": 1, "readonly": 0, "disabled": 0,
}  # fmt: skip


class Client:
    """requests with the base URL and Basic authentication."""

    def __init__(self, server: SplynxServer) -> None:
        self.server = server
        self.session = requests.Session()
        self.session.auth = (KEY, SECRET)

    def call(self, method: str, path: str, **more: Any) -> requests.Response:
        return self.session.request(method, self.server.api + path, timeout=10, **more)

    def get(self, path: str, **more: Any) -> Any:
        answer = self.call("GET", path, **more)
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return answer.json()

    def post(self, path: str, body: Any, status: int = 201) -> Any:
        answer = self.call("POST", path, json=body)
        assert answer.status_code == status, (path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def put(self, path: str, body: Any, status: int = 202) -> Any:
        answer = self.call("PUT", path, json=body)
        assert answer.status_code == status, (path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def delete(self, path: str, status: int = 204) -> Any:
        answer = self.call("DELETE", path)
        assert answer.status_code == status, (path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def refused(self, path: str, body: Any, method: str = "POST") -> dict[str, str]:
        """field → message of a 422."""
        answer = self.call(method, path, json=body)
        assert answer.status_code == 422, (path, answer.status_code, answer.text)
        return {each["field"]: each["message"] for each in answer.json()}

    def stats(self) -> dict[str, Any]:
        return requests.get(self.server.url + "/_sandbox/stats", timeout=10).json()

    # things that most tests need

    def customer(self, **more: Any) -> int:
        body = {"name": "Ada Lovelace", "email": "ada@example.net", "status": "active", **more}
        return int(self.post("admin/customers/customer", body)["id"])

    def tariff(self, title: str = "Fibre", **more: Any) -> int:
        body = {
            "title": title, "price": "30", "with_vat": False, "vat_percent": 0, "speed_download": 100000,
            "speed_upload": 50000, "partners_ids": [1], "available_for_locations": [1],
            "customer_categories": ["person", "company"], "billing_types": ["recurring"], **more,
        }  # fmt: skip
        return int(self.post("admin/tariffs/internet", body)["id"])

    def service(self, customer: int, tariff: int, expect: int = 201, **more: Any) -> Any:
        body = {
            "tariff_id": tariff, "status": "active", "description": "Fibre", "quantity": 1,
            "start_date": "2026-11-01", "end_date": "0000-00-00", "login": f"login{customer}", "taking_ipv4": 0, **more,
        }  # fmt: skip
        answer = self.post(f"admin/customers/customer/{customer}/internet-services", body, expect)
        return answer["id"] if expect == 201 else {each["field"]: each["message"] for each in answer}

    def field(self, module: str, name: str, **more: Any) -> None:
        body = {"name": name, "title": name, "type": "string", **FLAGS, **more}
        self.post(f"admin/config/additional-fields/{module}", body)

    def deposit(self, customer: int) -> str:
        return str(self.get(f"admin/customers/customer-billing/{customer}")["deposit"])


NOW = datetime(2026, 11, 15, 12, 0, 0, tzinfo=timezone.utc)


@pytest.fixture
def api() -> Iterator[Client]:
    """A fresh server for one test."""
    with SplynxServer(now=NOW) as server:
        yield Client(server)


@pytest.fixture
def noisy() -> Iterator[Client]:
    """One whose ticket notifications are on, and where a message opens a closed ticket again."""
    with SplynxServer(settings=Settings(now=NOW, ticket_notifications=True, messages_reopen_tickets=True)) as server:
        yield Client(server)
