"""The yardstick: what one writes in ten minutes. One request at a time, key pages of 1,000, each row printed as JSON.

In: `bare_loop.py WORK.json`, WORK as `instance.work` makes it (address, token, and per stream the fields).
Out: Singer-like RECORD lines on stdout. No types, no state, no retries, no relations beyond their first page:
nothing that costs time.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import requests

PAGE = 1000
TIMEOUT_SECONDS = 120


def main() -> None:
    """Read every stream of the work file, one after the other."""
    work: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {work['auth_token']}"
    for stream in work["streams"]:
        name = stream["name"]
        archived = ", include_archived: true" if stream["include_archived"] else ""
        query = (
            f'query ($search: [Search]) {{ {name}(search: $search, sorter: [{{attribute: "id", direction: ASC}}], '
            f"paginator: {{page: 1, records_per_page: {PAGE}}}{archived}) {{ entities {{ {stream['fields']} }} }} }}"
        )
        last = 0
        while True:
            search = [{"integer_fields": [{"attribute": "id", "operator": "GT", "search_value": last}]}]
            body = {"query": query, "variables": {"search": search}}
            response = session.post(f"{work['api_url']}/api/graphql", json=body, timeout=TIMEOUT_SECONDS)
            response.raise_for_status()
            rows = response.json()["data"][name]["entities"]
            for row in rows:
                sys.stdout.write(json.dumps({"type": "RECORD", "stream": name, "record": row}) + "\n")
            if len(rows) < PAGE:
                break
            last = int(rows[-1]["id"])


if __name__ == "__main__":
    main()
