"""What changes of configuration set off: additional fields appear on records, labels are renamed where they hang."""

from __future__ import annotations

from typing import Any

from sandbox.splynx.registry import Change, effect


@effect("config/additional-fields", on=("create", "update", "delete"))
def fields_appear_on_records(change: Change) -> None:
    """A new field shows on all records of its module, a deleted one vanishes."""
    splynx, name = change.splynx, change.made["name"]
    splynx.forget_additional_fields()
    if change.action == "update":
        return
    for resource in splynx.contract.module_resource.get(change.made["module"], ()):
        table = splynx.table(resource)
        for row in list(table):
            current: dict[str, Any] = dict(row.values.get("additional_attributes") or {})
            if change.action == "create":
                current[name] = change.made["default_value"] or None
            else:
                current.pop(name, None)
            table.change(row, {"additional_attributes": current or []})


@effect("config/labels", on=("update", "delete"))
def labels_follow(change: Change) -> None:
    """Records that carry the label show its new name, or lose it."""
    for resource in ("customers/customer", "tariffs/internet", "tariffs/voice", "tariffs/recurring"):
        table = change.splynx.table(resource)
        for row in list(table):
            labels = row["customer_labels"] or []
            if not any(label["id"] == change.made.id for label in labels):
                continue
            kept = [label for label in labels if label["id"] != change.made.id]
            if change.action == "update":
                row_label = {key: change.made[key] for key in ("id", "label", "color")}
                kept = [row_label if label["id"] == change.made.id else label for label in labels]
            table.change(row, {"customer_labels": kept})


@effect("config/scheduling-workflow", on=("create", "update"))
def workflow_items_get_ids(change: Change) -> None:
    """Items of a workflow are records with ids that tasks refer to (workflow_status_id)."""
    if "items" not in change.values:
        return
    table = change.splynx.table("internal/workflow-items")
    items = []
    for position, item in enumerate(change.values["items"] or [], start=1):
        item = dict(item) if isinstance(item, dict) else {"title": str(item)}
        known = table.get(item.get("id"))
        values = {**item, "workflow_id": change.made.id, "position": item.get("position", position)}
        if known is None:
            known = table.add({**values, "id": None})
        else:
            table.change(known, values)
        items.append({**item, "id": known.id, "position": known["position"]})
    change.splynx.table("config/scheduling-workflow").change(change.made, {"items": items})


@effect("config/scheduling-checklist-templates", on=("create", "update"))
def checklist_items_get_ids(change: Change) -> None:
    """Items of a checklist template have ids."""
    items = change.values.get("items")
    if not isinstance(items, list):
        return
    made = [
        {**(item if isinstance(item, dict) else {"name": str(item)}), "id": index}
        for index, item in enumerate(items, start=1)
    ]
    change.splynx.table("config/scheduling-checklist-templates").change(change.made, {"items": made})
