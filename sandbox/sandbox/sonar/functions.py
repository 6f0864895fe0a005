"""The SQL functions that Sonar's search needs and SQLite lacks.

In: an open store connection. Out: the same connection, with ``sonar_fold`` (text compared without case, any
alphabet),
``sonar_ip_match`` (address or network against address, network or range) and ``sonar_in_polygon``. All of
them answer 0 rather than fail on a value that cannot be read: dirt in the data must not break a search.
"""

from __future__ import annotations

import ipaddress
import json
import sqlite3
from functools import lru_cache

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def register(connection: sqlite3.Connection) -> None:
    """Add the functions to a connection."""
    connection.create_function("sonar_fold", 1, _fold, deterministic=True)
    connection.create_function("sonar_ip_match", 2, _ip_match, deterministic=True)
    connection.create_function("sonar_in_polygon", 2, _in_polygon, deterministic=True)


def _fold(value: object) -> str | None:
    return None if value is None else str(value).casefold()


@lru_cache(maxsize=4096)
def networks_of(text: str) -> tuple[Network, ...]:
    """The networks that an address, a CIDR or a range ``a-b`` covers; empty when it is none of them."""
    first, dash, last = text.partition("-")
    try:
        if not dash:
            return (ipaddress.ip_network(text.strip(), strict=False),)
        low, high = ipaddress.ip_address(first.strip()), ipaddress.ip_address(last.strip())
        return tuple(ipaddress.summarize_address_range(low, high))
    except (TypeError, ValueError):
        return ()


def _ip_match(value: str | None, wanted: str) -> int:
    """1 when the two have an address in common. GUESS: Sonar's own rule for ip_address_fields is not known."""
    if not isinstance(value, str):
        return 0
    return int(
        any(
            mine.version == theirs.version and mine.overlaps(theirs)
            for mine in networks_of(value)
            for theirs in networks_of(wanted)
        )
    )


def _in_polygon(point: str | None, polygon_json: str) -> int:
    """1 when ``"lat,lon"`` lies inside the polygon ``[[lat, lon], ...]`` (ray casting, flat earth)."""
    try:
        latitude, longitude = (float(part) for part in (point or "").split(","))
    except ValueError:
        return 0
    vertices: list[tuple[float, float]] = [(float(a), float(b)) for a, b in json.loads(polygon_json)]
    inside = False
    for (lat1, lon1), (lat2, lon2) in zip(vertices, vertices[1:] + vertices[:1], strict=True):
        crosses = (lat1 > latitude) != (lat2 > latitude)
        if crosses and longitude < (lon2 - lon1) * (latitude - lat1) / (lat2 - lat1) + lon1:
            inside = not inside
    return int(inside)
