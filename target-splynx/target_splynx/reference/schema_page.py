"""docs/splynx/api_schema.md: every resource with its addresses and fields.

In: the project's contract, and where they are given what a live server's OPTIONS and the vendor's document say. Out:
Markdown. Where they disagree, the page says so: the live server wins in a run (`contract.live`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from target_splynx.contract.resource import Field, Resource, resources
from target_splynx.reference.blueprint import Document
from target_splynx.reference.live import Attribute

NOTE = "<!-- Generated (make generate, or splynx-migration docs). -->\n\n"


def schema_page(live: Mapping[str, list[Attribute]] | None = None, document: Document | None = None) -> str:
    """The page. Without `live` it tells the recorded contract."""
    known = resources()
    lines = [
        f"{NOTE}# Splynx's API\n",
        "The resources that target-splynx knows, below `/api/2.0`: from the vendor's document, the recorded answers of",
        "one server and, where one was asked, the OPTIONS of a live one. *Required* is what a create must carry;",
        "*live* marks what OPTIONS of a server demanded, which counts more than the document. Lengths are those of the",
        "database.\n",
        f"{len(known)} resources, {sum(r.can_create for r in known.values())} of them can be created.",
        "`splynx-migration docs` writes this page for your own server and shows what differs.\n",
    ]
    if live is not None:
        lines.append(f"Asked: {len(live)} resources of a live server answered OPTIONS.\n")
    if document is not None:
        lines += _document(known, document)
    for name in sorted(known):
        lines += _resource(known[name], (live or {}).get(name))
    return "\n".join(lines).rstrip() + "\n"


def _resource(resource: Resource, live: list[Attribute] | None) -> Iterator[str]:
    yield f"## {resource.name}\n"
    yield f"* Collection `{resource.path}`" if resource.path else "* No collection of its own"
    if resource.item:
        yield f"* Record `{resource.item}`"
    yield f"* Methods: {', '.join(resource.methods)}"
    if resource.natural_key:
        yield f"* Recognised by: {', '.join(f'`{name}`' for name in resource.natural_key)}"
    if resource.additional_fields:
        yield f"* Additional fields: module `{resource.additional_fields}` (marker `sonar_id`)"
    for field, targets in sorted(resource.references.items()):
        yield f"* `{field}` refers to {', '.join(targets)}"
    told = {attribute.name: attribute for attribute in live or []}
    rows = [_row(name, field, told.pop(name, None), asked=live is not None) for name, field in resource.fields.items()]
    rows += [
        f"| `{a.name}` | {a.type} | {'live' if a.required else ''} | | "
        f"{'additional field' if a.additional else 'only the live server names it'} |"
        for a in told.values()
    ]
    if rows:
        yield "\n| Field | Type | Required | Most characters | Remarks |\n|---|---|---|---|---|"
        yield from rows
    shown = [f"`{name}` ({kind})" for name, kind in resource.read.items() if name not in resource.fields]
    if shown:
        yield f"\nOnly shown: {', '.join(shown)}."
    yield ""


def _row(name: str, field: Field, told: Attribute | None, *, asked: bool) -> str:
    live_required = told.required if told is not None else field.live_required
    required = ", ".join(word for word, yes in (("document", field.required), ("live", live_required)) if yes)
    remarks = []
    if field.enum:
        remarks.append("one of " + ", ".join(f"`{value}`" for value in field.enum))
    if field.update_only:
        remarks.append("only on update")
    if field.live_only:
        remarks.append("not in the document")
    if asked and told is None and not field.update_only:
        remarks.append("the live server does not name it")
    text = "; ".join(remarks).replace("|", "\\|")
    return f"| `{name}` | {told.type if told else field.type} | {required} | {field.max_length or ''} | {text} |"


def _document(known: Mapping[str, Resource], document: Document) -> Iterator[str]:
    """What the vendor's document and the contract do not share."""
    ours = {path for resource in known.values() for path in (resource.path, resource.item, resource.listing) if path}
    ours = {path.split("?")[0] for path in ours}
    yield "## What the vendor's document says otherwise\n"
    yield f"{len(document.methods)} addresses are documented, with fields for {len(document.fields)} creates.\n"
    yield "| Resource | Difference |\n|---|---|"
    for name in sorted(known):
        resource = known[name]
        if resource.path is None:
            continue
        if document.methods and resource.path.split("?")[0] not in document.methods:
            yield f"| {name} | `{resource.path}` is not documented |"
        declared = document.fields.get(resource.path)
        if declared:
            for field in sorted(declared.keys() - resource.fields.keys() - resource.read.keys()):
                yield f"| {name} | `{field}` ({declared[field].type}) is documented and not known here |"
            for field in sorted(resource.fields.keys() - declared.keys()):
                if not resource.fields[field].live_only and not resource.fields[field].update_only:
                    yield f"| {name} | `{field}` is known here and not documented |"
    unknown = sorted(path for path, methods in document.methods.items() if path not in ours and "POST" in methods)
    for path in unknown:
        yield f"| (none) | POST `{path}` is documented, and no resource here |"
    yield ""
