"""Passwords that the migration makes: told once, in a file that only the operator can read, never in the ledger or a
log."""

from __future__ import annotations

import csv
import io
import os
import secrets
import threading
from pathlib import Path

from target_splynx.ledger.entries import Operation
from target_splynx.modelling.model import Model

_BYTES = 15  # 20 characters


class PasswordFile:
    """`passwords.csv` in the workspace, mode 0600: resource, source key, login, field, password."""

    def __init__(self, workspace: Path) -> None:
        """The file is made with the first password."""
        self.path = workspace / "passwords.csv"
        self._lock = threading.Lock()

    def make(self, model: Model, operation: Operation) -> dict[str, str]:
        """A secret for each field that the model asks for; on disk before it is sent."""
        made = {name: secrets.token_urlsafe(_BYTES) for name in model.generate if not operation.payload.get(name)}
        if not made:
            return {}
        buffer = io.StringIO()
        writer = csv.writer(buffer)
        for name, value in made.items():
            login = operation.payload.get("login") or operation.payload.get("name") or ""
            writer.writerow([model.resource.name, operation.source_key, login, name, value])
        with self._lock:
            descriptor = os.open(self.path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
            try:
                os.write(descriptor, buffer.getvalue().encode())
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        return made
