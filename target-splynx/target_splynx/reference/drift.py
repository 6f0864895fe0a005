"""What a newly made page says otherwise than the last one: a line per field that came, went or changed."""

from __future__ import annotations


def page_drift(old: str, new: str) -> list[str]:
    """`+ customers.city`, `- …`, `~ customers.city: before -> now`; sorted by place. Only tables and headings count."""
    before, after = _entries(old), _entries(new)
    lines = [f"+ {place}" for place in after.keys() - before.keys()]
    lines += [f"- {place}" for place in before.keys() - after.keys()]
    lines += [
        f"~ {place}: {before[place]} -> {after[place]}"
        for place in after.keys() & before.keys()
        if before[place] != after[place]
    ]
    return sorted(lines, key=lambda line: (line[2:], line[0]))


def _entries(text: str) -> dict[str, str]:
    """`heading.first cell` → the rest of the row; headings stand for themselves."""
    found: dict[str, str] = {}
    heading = ""
    for line in text.splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ").strip()
            found[heading] = ""
        elif line.startswith("| ") and not line.startswith("|---"):
            first, _, rest = line.strip("| ").partition(" | ")
            found[f"{heading}.{first.strip('` ')}"] = " ".join(rest.replace("|", " ").split())
    return found
