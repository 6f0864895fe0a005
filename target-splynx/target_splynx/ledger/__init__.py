"""The ledger: the truth about what was written."""

from target_splynx.ledger.store import Ledger

__all__ = ["Ledger"]
