"""What is wrong between us and a server's certificate, in words that name the setting."""

from __future__ import annotations

import re

_REASON = re.compile(r"certificate verify failed: ([^(\"]+)")


def tls_problem(address: str, error: BaseException) -> str:
    """One line for a failed TLS connection. `error`: what requests raised; OpenSSL's reason stands in its text."""
    reason = _REASON.search(str(error))
    if reason is None:
        return (
            f"No safe connection to {address} ({type(error).__name__}). Check that it is the https port of the server, "
            "and that `ca_bundle`, if set, is a PEM file. Nothing was sent."
        )
    return (
        f"The certificate of {address} is not accepted ({reason[1].strip()}). Set `ca_bundle` to a PEM file with the "
        "authority that signed it, or with the certificate itself when it signed itself. Nothing was sent."
    )
