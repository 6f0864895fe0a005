"""A check: a SELECT of the rows that are wrong in one way, from `models/<mapping>/checks/<code>.sql`.

    -- title: Portal login that is an empty text
    -- area: contacts
    -- severity: error
    -- action: The login is made by login_pattern.
    SELECT 'contacts' AS stream, id, account_id, detail …

`severity`: info, warn, error (a record is held back, or changed), blocker (a person must decide before the cut-over).
`action`: what happens when nobody does anything. `account_id`: NULL where a row belongs to no account.
"""

from __future__ import annotations

from dataclasses import dataclass

from target_splynx.errors import ModelError
from target_splynx.modelling import companions
from target_splynx.modelling.companions import Companion

SEVERITIES = ("blocker", "error", "warn", "info")
COLUMNS = ("stream", "id", "account_id", "detail")
_KEYS = ("title", "area", "severity", "action")


@dataclass(frozen=True)
class Check:
    """One kind of finding. `code` is the file's name."""

    code: str
    title: str
    area: str
    severity: str
    action: str
    source: Companion

    @property
    def grave(self) -> bool:
        """Whether a finding is more than a remark."""
        return self.severity in {"blocker", "error"}


def load_checks(mapping: str, models_path: str | None = None) -> list[Check]:
    """All checks of a mapping, the gravest first, then by area and code.

    Raises:
        SettingsError: there is no such mapping.
        ModelError: a header is wrong.
    """
    found = []
    for code, source in companions.load("checks", mapping, models_path, keys=_KEYS).items():
        title, area, severity, action = (str(source.header[key]) for key in _KEYS)
        if severity not in SEVERITIES:
            raise ModelError(
                source.path, f"`severity: {severity}` is not known.", remedy=f"Use {', '.join(SEVERITIES)}."
            )
        found.append(Check(code, title, area, severity, action, source))
    return sorted(found, key=lambda check: (SEVERITIES.index(check.severity), check.area, check.code))
