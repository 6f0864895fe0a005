"""How many rows of each kind a provider of a given size has.

Proportions of a real provider with 10,158 accounts (research/mapping.md, the volumes); where no number is known, a
sensible one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

REAL_ACCOUNTS = 10_158

History = Literal["full", "recent", "none"]

FULL_VOLUMES = {"Debit": 357_287, "Credit": 221_231, "Discount": 52_037}
"""Rows per 10,158 accounts that only ``history="full"`` reaches."""

KNOWN_VOLUMES = {
    "AccountService": 8_938,
    "Contact": 10_639,
    "Address": 34_623,
    "IpAssignment": 1_812,
    "CreditCard": 8_203,
    "Contract": 1_917,
    "CallDetailRecord": 9_141,
}
"""Rows per 10,158 accounts, known from a real provider."""

SENSIBLE_VOLUMES = {
    "BankAccount": 930,
    "RadiusAccount": 2_950,
    "RadiusSessionHistory": 1_900,
    "Note": 14_800,
    "Ticket": 6_400,
    "Job": 5_200,
    "Task": 2_700,
    "CallLog": 1_450,
    "File": 1_250,
    "ScheduledEvent": 160,
    "Did": 1_000,
    "InventoryItem": 5_400,
    "PurchaseOrder": 90,
    "Log": 3_000,
    "NetworkSite": 62,
    "User": 46,
    "DataUsageHistory": 3_100,
    "UninventoriedMacAddress": 420,
    "Email": 520,
}

EMAILS_OF_A_REAL_PROVIDER = 310_000
"""Only written when asked for (``emails=True``): nobody migrates them, but a warehouse wants them."""


@dataclass(frozen=True, slots=True)
class Volumes:
    """Row counts for one data set."""

    accounts: int

    def of(self, type_name: str, at_least: int = 1) -> int:
        """Rows of a type, in proportion to the number of accounts."""
        known = KNOWN_VOLUMES.get(type_name) or SENSIBLE_VOLUMES[type_name]
        return max(at_least, self.share(known))

    def share(self, rows_of_real_provider: int) -> int:
        """A number of the real provider, scaled."""
        return (rows_of_real_provider * self.accounts + REAL_ACCOUNTS // 2) // REAL_ACCOUNTS
