"""Resources that grow with the customers: a model sees of them what the ledger knows, not the whole list of Splynx."""

LARGE = frozenset(
    [
        "customers",
        "services_internet",
        "services_voice",
        "services_recurring",
        "services_bundle",
        "tickets",
        "ticket_messages",
        "invoices",
        "payments",
        "transactions",
        "credit_notes",
        "customer_documents",
        "customer_notes",
        "inventory_items",
        "scheduling_tasks",
        "leads",
        "voice_calls",
        "customer_info",
        "customer_billing",
        "geo_internet_service",
    ]
)
