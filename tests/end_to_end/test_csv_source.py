"""`mapping: splynx` fed by a tap that knows nothing of Splynx: customers, tariffs and services from three CSV files."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests
from destination_tools import Tool

from sandbox.splynx.server import SplynxServer
from sandbox.splynx.state import ApiKey

pytestmark = pytest.mark.slow

# The CSV tap of MeltanoLabs that a package index has. (tap-csv itself is installed from its repository only.)
TAP_CSV = Tool("tap-csv-folder", ("tap-csv-folder==0.0.1a1",))
FILES = {
    "customers": """\
number,name,email,login,status,category,partner_id,location_id,parent_id_key,af_vat_group
A-1,Harbour Café,cafe@example.net,harbour,active,company,1,1,,B
A-2,Harbour Café Terrace,terrace@example.net,terrace,active,company,1,1,A-1,B
A-3,Åsa Öberg,asa@example.net,asa,active,person,1,1,,
""",
    "tariffs_internet": """\
code,title,price,with_vat,speed_download,speed_upload,partners_ids,available_for_locations,customer_categories,billing_types,hide_on_admin_portal,show_on_customer_portal
fibre-100,Fibre 100,29.90,0,100000,50000,1,1,"person,company",recurring,0,0
fibre-1000,Fibre 1000,59.00,0,1000000,500000,1,1,"person,company",recurring,0,0
""",
    "services_internet": """\
contract,customer_id_key,tariff_id_key,status,description,quantity,start_date,end_date,login,taking_ipv4
C-100,A-1,fibre-100,active,Fibre 100,1,2026-12-01,0000-00-00,harbour-1,0
C-101,A-3,fibre-1000,active,Fibre 1000,1,2026-12-01,0000-00-00,asa-1,0
""",
    "additional_fields": """\
field,module,name,title,type,is_required,is_unique,is_add,show_in_list,searchable,readonly,disabled
vat-group,customers,vat_group,VAT group,string,0,0,1,1,1,0,0
""",
}
KEYS = {
    "customers": "number",
    "tariffs_internet": "code",
    "services_internet": "contract",
    "additional_fields": "field",
}


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    """The tap over the files; its own keys are file and line, which the maps of every SDK tap replace."""
    folder = tmp_path / "csv"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    maps = {name: {"__key_properties__": [key]} for name, key in KEYS.items()}
    config = tmp_path / "tap.json"
    settings = {"path": str(folder), "read_mode": "one_stream_per_file", "stream_maps": maps}
    config.write_text(json.dumps(settings), encoding="utf-8")
    return [TAP_CSV.script(), "--config", str(config)]


def move(command: list[str], url: str, folder: Path) -> None:
    """`tap-csv | target-splynx`, which must end well."""
    config = folder / "target.json"
    settings = {
        "api_url": url,
        "api_key": "key",
        "api_secret": "secret",
        "mapping": "splynx",
        "workspace": str(folder / "workspace"),
    }
    config.write_text(json.dumps(settings), encoding="utf-8")
    tap = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert tap.stdout is not None
    target = subprocess.run(
        [sys.executable, "-m", "target_splynx", "--config", str(config)],
        stdin=tap.stdout, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    tap.stdout.close()
    _, log = tap.communicate(timeout=30)
    assert tap.returncode == 0, log
    assert target.returncode == 0, target.stderr[-3000:]
    assert "were not written" not in target.stderr, target.stderr[-3000:]


def rows(url: str, resource: str) -> list[dict[str, Any]]:
    return list(requests.get(f"{url}/_sandbox/dump", params={"resource": resource}, timeout=30).json().get(resource, []))


def writes(url: str) -> dict[str, int]:
    asked = requests.get(f"{url}/_sandbox/stats", timeout=30).json()["by_operation"]
    return {name: number for name, number in asked.items() if name.split()[0] in {"POST", "PUT", "DELETE"}}


def test_three_files_become_customers_tariffs_and_services_that_know_each_other(command: list[str], tmp_path: Path) -> None:
    with SplynxServer(keys=[ApiKey("key", "secret")]) as splynx:
        move(command, splynx.url, tmp_path)
        customers = {row["login"]: row for row in rows(splynx.url, "customers/customer")}
        tariffs = {row["id"]: row for row in rows(splynx.url, "tariffs/internet")}
        services = {row["login"]: row for row in rows(splynx.url, "customers/internet-services")}
        assert {login: row["name"] for login, row in customers.items()} == {
            "harbour": "Harbour Café", "terrace": "Harbour Café Terrace", "asa": "Åsa Öberg",
        }  # fmt: skip
        assert customers["terrace"]["parent_id"] == customers["harbour"]["id"]
        assert customers["harbour"]["additional_attributes"]["vat_group"] == "B"
        assert {row["title"]: row["price"] for row in tariffs.values()} == {
            "Fibre 100": "29.9000",
            "Fibre 1000": "59.0000",
        }
        found = {login: (row["customer_id"], tariffs[row["tariff_id"]]["title"]) for login, row in services.items()}
        assert found == {
            "harbour-1": (customers["harbour"]["id"], "Fibre 100"),
            "asa-1": (customers["asa"]["id"], "Fibre 1000"),
        }

        requests.post(f"{splynx.url}/_sandbox/reset-stats", timeout=30)
        move(command, splynx.url, tmp_path)
        assert writes(splynx.url) == {}

        path = tmp_path / "csv" / "tariffs_internet.csv"
        path.write_text(FILES["tariffs_internet"].replace("29.90", "31.50"), encoding="utf-8")
        move(command, splynx.url, tmp_path)
        assert writes(splynx.url) == {"PUT /admin/tariffs/internet/{id}": 1}
