"""A generator's context for a store that exists already, so that new accounts can be made as the first ones were.

In: an open store and the moment of the change. Out: a :class:`Context` whose writer appends and whose reference ids
(statuses, services, taxes, zones, staff …) are read from the store.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime
from ipaddress import IPv4Address

from sandbox.data.addressing import Range, static_hosts
from sandbox.data.catalogue import OFFERS
from sandbox.data.charges import Tax, scaled
from sandbox.data.clock import stamp
from sandbox.data.context import Context
from sandbox.data.plan import CatalogueItem, VoiceAddOn
from sandbox.data.volumes import Volumes
from sandbox.data.writer import Writer

NAMED = {
    "status": "AccountStatus",
    "type": "AccountType",
    "group": "AccountGroup",
    "phone": "PhoneNumberType",
    "address": "AddressStatus",
    "billing": "BillingDefault",
    "ticket_group": "TicketGroup",
    "ticket_category": "TicketCategory",
    "job_type": "JobType",
}


def resume(connection: sqlite3.Connection, now: datetime, seed: int) -> Context:
    """The context for changes at ``now``."""
    meta = dict(connection.execute('SELECT key, value FROM "_meta"'))
    history = meta.get("history", "recent")
    context = Context(
        seed=seed, now=now, history=history, volumes=Volumes(int(meta["accounts"])),
        writer=Writer(connection, stamp(now), append=True),
    )  # fmt: skip
    for prefix, type_name in NAMED.items():
        for name, row_id in connection.execute(f'SELECT name, id FROM "{type_name}"'):
            context.named[f"{prefix}:{name}"] = row_id
    context.named["processor:card"], context.named["processor:old card"] = (
        row[0]
        for row in connection.execute(
            'SELECT id FROM "CreditCardProcessor" WHERE enabled ORDER BY "primary" DESC, id LIMIT 2'
        )
    )
    context.named["processor:bank"] = connection.execute('SELECT min(id) FROM "BankAccountProcessor"').fetchone()[0]
    context.named["mailbox"] = connection.execute('SELECT min(id) FROM "InboundMailbox"').fetchone()[0]
    context.named["user:left"] = connection.execute('SELECT min(id) FROM "User" WHERE NOT enabled').fetchone()[0]
    context.company_ids = [row[0] for row in connection.execute('SELECT id FROM "Company" WHERE enabled ORDER BY id')]
    context.user_ids = [
        row[0] for row in connection.execute('SELECT id FROM "User" WHERE enabled AND NOT is_sonar_staff ORDER BY id')
    ]
    _read_taxes(connection, context)
    _read_items(connection, context)
    return context


def _read_taxes(connection: sqlite3.Connection, context: Context) -> None:
    for row_id, name, application, kind, rate in connection.execute(
        'SELECT id, name, application, type, rate FROM "Tax"'
    ):
        flat = application == "FLAT"
        context.taxes[row_id] = Tax(row_id, name, flat, kind == "GEOGRAPHICAL", round(rate) if flat else scaled(rate))
    for row_id, tax_id, state, county, rate in connection.execute(
        'SELECT id, tax_id, subdivision, county, rate FROM "GeoTaxZone" ORDER BY id'
    ):
        context.zones.append((row_id, tax_id, state, county.removeprefix("COUNTY_") if county else None, scaled(rate)))


def _read_items(connection: sqlite3.Connection, context: Context) -> None:
    """The price list, by the keys that the generator uses; an offer that is gone is left out."""
    offers = {offer.name: offer for offer in OFFERS}
    carried: dict[int, list[tuple[int, int]]] = {}
    for service_id, tax_id, exemption in connection.execute(
        'SELECT service_id, tax_id, exemption_amount FROM "ServiceTax" ORDER BY id'
    ):
        carried.setdefault(service_id, []).append((tax_id, exemption))
    query = """SELECT s.id, s.name, s.type, s.application, s.amount, s.company_id, s.enabled, g.code, g.description
        FROM "Service" s LEFT JOIN "GeneralLedgerCode" g ON g.id = s.general_ledger_code_id"""
    for row_id, name, kind, application, amount, company_id, enabled, code, description in connection.execute(query):
        offer = offers.get(name)
        if offer is None:
            continue
        context.items[offer.key] = CatalogueItem(
            id=row_id, key=offer.key, name=name, type=kind, credit=application == "CREDIT", amount=amount,
            frequency=offer.frequency, times_to_run=offer.times, taxes=tuple(carried.get(row_id, ())), gl_code=code,
            gl_description=description, company_id=company_id, enabled=bool(enabled),
        )  # fmt: skip
    for package in connection.execute('SELECT id, name FROM "Package"'):
        key = {
            "Double Play Home": "double_play",
            "Fiber 500 + Managed Wi-Fi": "fiber_router",
            "Business Starter": "business_start",
        }.get(package[1])
        if key:
            context.packages[key] = package[0]
    for row_id, name in connection.execute(
        'SELECT m.id, s.name FROM "ServiceMetadata" m JOIN "Service" s ON s.id = m.service_id'
    ):
        if name in offers:
            context.named[f"metadata:{offers[name].key}"] = row_id
    by_id = {item.id: item for item in context.items.values()}
    query = """SELECT p.id, d.service_id, p.description, p.price FROM "VoiceServiceGenericParameter" p
        JOIN "VoiceServiceDetail" d ON d.id = p.voice_service_detail_id"""
    for row_id, service_id, description, price in connection.execute(query).fetchall():
        taxes = tuple(
            connection.execute(
                """SELECT tax_id, exemption_amount FROM "VoiceServiceGenericParameterTax"
                   WHERE voice_service_generic_parameter_id = ? ORDER BY id""",
                (row_id,),
            ).fetchall()
        )
        if service_id in by_id:
            context.add_ons.append(VoiceAddOn(row_id, by_id[service_id], description, price, taxes))


def free_static_addresses(connection: sqlite3.Connection) -> Range:
    """The static subnet with the addresses that nobody has."""
    subnet_id = connection.execute("""SELECT id FROM "Subnet" WHERE name = 'Static addresses'""").fetchone()[0]
    used = {
        row[0]
        for row in connection.execute(
            'SELECT subnet FROM "IpAssignment" UNION SELECT subnet FROM "IpAssignmentHistory"'
        )
    }
    free: Iterator[IPv4Address] = (address for address in static_hosts() if str(address) not in used)
    return Range(subnet_id, free)
