"""What Splynx does by itself when records appear: which switches are still on, and where they are.

GUESS: GET /admin/config/config is documented with `module` and `path` of the portal only; the other paths and keys are
those of the pages of the user interface (research/splynx-api.md §6, §9). Where a server does not know one, the line
says that it could not be seen, and names the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from target_splynx.checkup.finding import Finding
from target_splynx.splynx.client import Client
from target_splynx.splynx.errors import SplynxError

_ON = {"1", "true", "yes", "on"}


@dataclass(frozen=True)
class Switch:
    """A setting of Splynx: page, what it does, and where the API may show it (`module/path`, key)."""

    page: str
    effect: str
    where: str = ""
    key: str = ""


SWITCHES = (
    Switch("Config › Main › Customers", "welcome messages to new customers", "main/customers", "send_welcome_message"),
    Switch(
        "Config › Finance › Automation", "issuing charges by itself", "finance/settings", "enable_automatic_issuing"
    ),
    Switch("Config › Finance › Automation", "blocking of debtors (billing due, deactivation)"),
    Switch("Config › Finance › Notifications, reminders", "mails about invoices and payments, reminders"),
    Switch("Config › Tickets", "mails about tickets"),
    Switch("Config › Integrations › Hooks, add-ons", "webhooks and accounting add-ons"),
    Switch("Config › Networking", "pushes to routers"),
)


def side_effects(client: Client, *, billing: bool) -> Iterator[Finding]:
    """One line per switch. `billing`: after the cut-over they are meant to be on."""
    for switch in SWITCHES:
        value = _value(client, switch)
        if value is None:
            yield Finding(
                None,
                "side effects",
                f"{switch.effect}: cannot be seen",
                "" if billing else f"Look at {switch.page}: off until the cut-over.",
            )
            continue
        on = str(value).casefold() in _ON
        yield Finding(
            billing or not on,
            "side effects",
            f"{switch.effect}: {'on' if on else 'off'}",
            f"Switch it off until the cut-over: {switch.page}.",
        )


def _value(client: Client, switch: Switch) -> Any:
    if not switch.where:
        return None
    module, _, path = switch.where.partition("/")
    try:
        shown = client.get(f"/admin/config/config?{urlencode({'module': module, 'path': path})}")
    except SplynxError:
        return None
    return shown.get(switch.key) if isinstance(shown, dict) else None
