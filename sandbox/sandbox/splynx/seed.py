"""What a fresh Splynx holds: recorded reference data where there is a record of it, guesses marked as such.

Recorded: partner and location "Main", five payment methods, five transaction categories, 5 ticket statuses, 3 groups, 5
types, roles, NAS types, US states (research/splynx-samples.json, research/mapping.md §1, §10).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.splynx.state import Splynx

ROLES = (
    "administrator", "customer-creator", "engineer", "financial-manager", "manager", "super-administrator",
    "technician",
)  # fmt: skip
_METHODS = (
    (1, "Cash", "Payer", ""),
    (2, "Bank transfer", "Account", "Transaction ID"),
    (3, "Credit card", "Number", "Transaction ID"),
    (5, "Other", "", ""),
    (6, "Refill card", "Card", ""),
)
_CATEGORIES = ("Service", "Discount", "Payment", "Refund", "Correction")
_STATES = (
    "AL Alabama,AK Alaska,AZ Arizona,AR Arkansas,CA California,CO Colorado,CT Connecticut,DE Delaware,"
    "DC District of Columbia,FL Florida,GA Georgia,HI Hawaii,ID Idaho,IL Illinois,IN Indiana,IA Iowa,KS Kansas,"
    "KY Kentucky,LA Louisiana,ME Maine,MD Maryland,MA Massachusetts,MI Michigan,MN Minnesota,MS Mississippi,"
    "MO Missouri,MT Montana,NE Nebraska,NV Nevada,NH New Hampshire,NJ New Jersey,NM New Mexico,NY New York,"
    "NC North Carolina,ND North Dakota,OH Ohio,OK Oklahoma,OR Oregon,PA Pennsylvania,RI Rhode Island,"
    "SC South Carolina,SD South Dakota,TN Tennessee,TX Texas,UT Utah,VT Vermont,VA Virginia,WA Washington,"
    "WV West Virginia,WI Wisconsin,WY Wyoming"
)
_STATUSES = (
    # GUESS: titles and marks; the count and the meaning of ids 1, 3, 4, 5 are known (research/mapping.md §10)
    (1, "New", "danger", ["open", "unresolved"]),
    (2, "Work in progress", "warning", ["open", "unresolved"]),
    (3, "Resolved", "success", ["closed"]),
    (4, "Waiting on customer", "info", ["open", "unresolved"]),
    (5, "Waiting on agent", "primary", ["open", "unresolved"]),
)
_TAXES = [{"id": 1, "name": "No tax", "rate": 0, "type": "single"}]


def seed_reference_data(splynx: Splynx) -> None:
    """Fill an empty store."""
    _seed_internal(splynx)
    _seed_people(splynx)
    _seed_finance(splynx)
    _seed_support(splynx)
    _seed_scheduling(splynx)
    _seed_config(splynx)


def _plain(splynx: Splynx, name: str, titles: tuple[str, ...], key: str = "title") -> None:
    for title in titles:
        splynx.table(name).add({"id": None, key: title})


def _seed_internal(splynx: Splynx) -> None:
    """What has no API but is referred to by id."""
    for role in ROLES:
        splynx.table("internal/roles").add({"name": role, "title": role.replace("-", " ").capitalize()})
    _plain(splynx, "internal/nas-types", ("MikroTik", "Cisco", "Ericsson", "Juniper", "Ubiquiti", "Other"))
    _plain(splynx, "internal/network-categories", ("DEV", "Production", "Management"))  # GUESS: names and count
    _plain(splynx, "internal/product-categories", ("Router", "CPE", "Switch", "Other"))  # GUESS: names and count
    _plain(splynx, "internal/monitoring-producers", ("MikroTik", "Cisco", "Ubiquiti", "Cambium", "Other"))  # GUESS
    _plain(splynx, "internal/monitoring-types", ("Router", "Switch", "Access point", "CPE", "Server", "Other"))  # GUESS
    _plain(splynx, "internal/monitoring-groups", ("Main",))  # GUESS


def _seed_people(splynx: Splynx) -> None:
    splynx.new_row("administration/partners", {"name": "Main"})
    splynx.new_row("administration/locations", {"name": "Main"})
    settings = splynx.settings
    for login, name, password in (
        (settings.admin_login, "Administrator", settings.admin_password),
        ("splynx", "Splynx support", None),
    ):
        values = {
            "login": login, "name": name, "email": f"{login}@example.net", "role_name": "super-administrator",
            "partner_id": 0, "timeout": 1200, "router_access": "none",
        }  # fmt: skip
        splynx.new_row("administration/administrators", {**values, "password": ""}, {"password": password})


def _seed_finance(splynx: Splynx) -> None:
    for row_id, name, first, second in _METHODS:
        values = {"name": name, "is_active": "1", "name_1": first, "name_2": second}
        blank = {f"name_{number}": "" for number in (3, 4, 5)}
        splynx.new_row("finance/payment-methods", {**values, **blank, "id": row_id}, row_id=row_id)
    for name in _CATEGORIES:
        zero = {f"einvoicing_{key}_id": 0 for key in (
            "category", "private_person_category", "type", "private_person_type"
        )}  # fmt: skip
        splynx.new_row("finance/transaction-categories", {"name": name, "is_base": "1", **zero})
    for tax in splynx.settings.taxes or _TAXES:
        add_tax(splynx, tax)


def add_tax(splynx: Splynx, tax: dict[str, Any]) -> None:
    """Taxes are made in the UI only, so they are given at start: {name, rate, type?, id?, items?}."""
    values = {
        "id": tax.get("id"), "name": tax["name"], "rate": float(tax["rate"]), "type": tax.get("type", "single"),
        "archived": 0, "accounting_tax_rates_id": 0, "einvoicing_tax_rates_id": 0, "is_system": "0",
    }  # fmt: skip
    if tax.get("items"):
        values["items"] = tax["items"]
    splynx.table("config/taxes").add(values, row_id=tax.get("id"))


def _seed_support(splynx: Splynx) -> None:
    for row_id, title, label, mark in _STATUSES:
        values = {
            "id": row_id, "title_for_agent": title, "title_for_customer": title, "label": label, "mark": mark,
            "icon": "", "view_on_dashboard": "1",
        }  # fmt: skip
        splynx.new_row("support/tickets-statuses", values, row_id=row_id)
    for title in ("IT", "Finance", "Sales"):  # GUESS: titles; three groups are known
        splynx.new_row("support/tickets-groups", {"title": title, "description": "", "agent_ids": []})
    for title in ("Question", "Incident", "Problem", "Feature Request", "Lead"):  # last two: GUESS
        splynx.new_row("support/tickets-types", {"title": title, "background_color": None})


def _seed_scheduling(splynx: Splynx) -> None:
    # GUESS: names and ids; a task needs a project, which needs type, category and workflow
    splynx.new_row("config/scheduling-project-types", {"title": "Default"})
    splynx.new_row("config/scheduling-project-categories", {"title": "Default"})
    workflow = splynx.new_row("config/scheduling-workflow", {"title": "Default", "items": []})
    items = []
    stages = (("New", "new"), ("In progress", "in_progress"), ("Done", "done"))
    for position, (title, stage) in enumerate(stages, start=1):
        item = splynx.table("internal/workflow-items").add(
            {"id": None, "title": title, "stage": stage, "position": position, "workflow_id": workflow.id}
        )
        items.append({k: item[k] for k in ("id", "title", "stage", "position")})
    splynx.table("config/scheduling-workflow").change(workflow, {"items": items})
    splynx.new_row("scheduling/projects", {
        "title": "Default", "type_id": 1, "category_id": 1, "workflow_id": workflow.id, "partner_ids": [1],
        "lead_id": None, "is_archive": 0, "description": "",
    })  # fmt: skip


def _seed_config(splynx: Splynx) -> None:
    for state in _STATES.split(","):
        code, name = state[:2], state[3:]
        splynx.new_row("config/states-provinces", {"code": code, "name": name, "is_default": 0})
    for name in ("Main stock",):  # GUESS: name
        splynx.new_row("config/inventory-stocks", {"name": name, "type": "0", "is_base": "1"})
    for position, (name, stage) in enumerate(
        (("New enquiry", "new"), ("Contacted", "in_progress"), ("Qualified", "qualified"), ("Lost", "unqualified")), 1
    ):  # GUESS: names
        values = {"name": name, "stage": f"crm_lead_stage_{stage}", "is_base": "1", "position": position}
        splynx.new_row("config/crm-pipeline", {**values, "label": "default", "due_days": 0})
    splynx.new_row("config/company-info", {"company_name": "Sandbox ISP", "partner_percent": 0, "splynx_url": ""})
    for title, kind in (("Invoice", "invoice-pdf"), ("Welcome message", "mail"), ("Contract", "documents")):  # GUESS
        splynx.new_row("config/templates", {"title": title, "type": kind, "subject": "", "description": "", "code": ""})
    splynx.config = {
        # keys documented: research/splynx-resources.md (config/config), research/splynx-api.md §6, §9
        "main/portal": {"authentication_field": "login", "ask_password": "1", "top_up_enabled": "0"},
        "main/customers": {"login_format": "{next|6}", "send_welcome_message": "0", "change_login": "1"},
        "finance/settings": {"billing_date": "1", "billing_due": "15", "enable_automatic_issuing": "1"},
    }
