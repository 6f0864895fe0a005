"""What must be there before the models run and that no API makes: taxes, the first partner and location."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from target_splynx.checkup.finding import Finding
from target_splynx.contract.resource import resources
from target_splynx.planning.existing import list_path
from target_splynx.settings import Settings
from target_splynx.splynx.client import Client
from target_splynx.splynx.errors import SplynxError

_PAGES = {
    "taxes": "Config › Finance › Taxes",
    "states_provinces": "Config › Localization",
}


def reference_data(settings: Settings, client: Client, read: frozenset[str]) -> Iterator[Finding]:
    """`read`: resources that the models join."""
    known = resources()
    for name in sorted(read):
        resource = known.get(name)
        if resource is None or resource.can_create or "list" not in resource.methods:
            continue
        path, query = list_path(resource)
        if path is None:
            continue
        try:
            number = client.count(path, query)
        except SplynxError as error:
            yield Finding(False, "reference data", f"{name}: {error}", "Give the API key the right to see it.")
            continue
        if number is None:
            yield Finding(None, "reference data", f"{name}: Splynx does not tell how many there are")
        else:
            page = _PAGES.get(name, "the user interface")
            yield Finding(number > 0, "reference data", f"{name}: {number} in Splynx", f"Make them in {page}.")
    for setting, name in (("default_partner_id", "partners"), ("default_location_id", "locations")):
        wanted = settings.variables.get(setting)
        if name in read and wanted is not None:
            yield _exists(client, setting, name, wanted)


def _exists(client: Client, setting: str, name: str, wanted: Any) -> Finding:
    item = str(resources()[name].item).replace("{id}", str(wanted))
    try:
        client.get(item)
    except SplynxError as error:
        return Finding(
            False,
            "reference data",
            f"{setting} {wanted}: {error}",
            f"Set {setting} to the id of one of Splynx's {name}.",
        )
    return Finding(True, "reference data", f"{setting} {wanted} exists")
