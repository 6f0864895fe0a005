"""A hook of MkDocs: pages that mkdocs.yml does not name find their place by their folder.

In: the configuration with its `nav`. Out: the same, with each page of `guides/`, `reference/`, `explanation/` and
`decisions/` that is not named appended to its section, in order of file names. So a new guide or decision needs no line
in mkdocs.yml.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

FOLDERS = {"guides": "Guides", "reference": "Reference", "explanation": "Explanation", "decisions": "Decisions"}


def on_config(config: Any) -> Any:
    """Called by MkDocs before anything is built."""
    docs = Path(config["docs_dir"])
    named = set(_named(config["nav"]))
    for folder, title in FOLDERS.items():
        found = (path.relative_to(docs).as_posix() for path in sorted((docs / folder).glob("*.md")))
        missing = [name for name in found if name not in named]
        section = next((entry for entry in config["nav"] if isinstance(entry, dict) and title in entry), None)
        if missing and section is None:
            config["nav"].append({title: missing})
        elif missing:
            section[title].extend(missing)
    return config


def _named(nav: list[Any]) -> list[str]:
    """Every page that a navigation names."""
    pages: list[str] = []
    for entry in nav:
        for value in entry.values() if isinstance(entry, dict) else [entry]:
            pages += _named(value) if isinstance(value, list) else [value]
    return pages
