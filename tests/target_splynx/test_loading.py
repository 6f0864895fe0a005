"""What a run promises against a Splynx that behaves: all is written, once, and only what changed."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from splynx_runs import MODELS, Migration, Provider, Splynx, add_model, write_models
from target_splynx.errors import MigrationError


def test_a_first_load_writes_everything_and_then_passes_the_state_on(migration: Migration, provider: Provider) -> None:
    ran = migration.run(provider.feed(state={"bookmarks": {"people": {"replication_key_value": "x"}}}))
    picture = migration.splynx.picture()
    assert picture["plans"] == ["1 Fibre 100 49.9000", "2 Fibre 1000 80.0000"]
    assert picture["people"][0] == "1 p1 Person 1 p1@example.net Turku active parent=None contact=Åsa Öberg"
    assert picture["people"][1] == "2 p2 Person 2 p2@example.net Turku active parent=1 contact="
    assert picture["services"][0] == "101 line1 of 1 plan=2 active Fibre 1000"
    assert [len(picture[name]) for name in ("people", "services")] == [5, 5]
    assert ran.states == [{"bookmarks": {"people": {"replication_key_value": "x"}}}]


def test_a_second_run_sends_no_write(migration: Migration, provider: Provider) -> None:
    migration.run(provider)
    migration.splynx.reset_stats()
    ran = migration.run(provider.feed(version=2))
    assert migration.splynx.writes() == {}
    assert len(ran.states) == 1
    assert migration.summary()["customers/people"]["unchanged"] == 5


def test_one_changed_field_is_one_put_with_that_field(migration: Migration, provider: Provider) -> None:
    migration.run(provider)
    provider.people[2]["city"] = "Åbo"
    migration.splynx.reset_stats()
    migration.run(provider)
    assert migration.splynx.writes() == {"PUT /admin/customers/customer/{id}": 1}
    with migration.ledger() as ledger:
        (operation,) = ledger.operations(ledger.last_run()["id"])
    assert (operation.action, operation.payload, operation.before) == ("update", {"city": "Åbo"}, {"city": "Turku"})
    assert migration.splynx.customers()["3"]["city"] == "Åbo"


def test_a_null_is_only_sent_where_the_source_had_a_value_before(migration: Migration, provider: Provider) -> None:
    provider.people[1]["city"] = None
    migration.run(provider)
    customer = migration.splynx.customers()["2"]
    migration.splynx.call("PUT", f"admin/customers/customer/{customer['id']}", {"city": "by hand"})
    provider.people[0]["city"] = None
    migration.splynx.reset_stats()
    migration.run(provider)
    assert migration.splynx.writes() == {"PUT /admin/customers/customer/{id}": 1}
    customers = migration.splynx.customers()
    assert customers["1"]["city"] == "", "the source had a value and has none any more"
    assert customers["2"]["city"] == "by hand", "the source never had one"


def test_what_an_operator_edits_in_other_fields_stays(migration: Migration, provider: Provider) -> None:
    migration.run(provider)
    number = migration.splynx.customers()["1"]["id"]
    migration.splynx.call("PUT", f"admin/customers/customer/{number}", {"phone": "+358 40 1234567"})
    provider.people[0]["name"] = "Renamed"
    migration.run(provider)
    customer = migration.splynx.customers()["1"]
    assert (customer["name"], customer["phone"]) == ("Renamed", "+358 40 1234567")


def test_a_reject_is_recorded_with_reason_field_and_remedy_and_blocks_its_dependants_by_name(migration: Migration, provider: Provider) -> None:
    provider.people[0]["email"] = "not an address"
    ran = migration.run(provider)
    assert len(ran.states) == 1, "recorded as rejected is dealt with"
    found = {(r.model, r.source_key): r for r in migration.rejects()}
    rejected = found["customers/people", "1"]
    assert (rejected.state, rejected.reason, rejected.field) == ("rejected", "invalid_email", "email")
    assert rejected.remedy == "Correct the address at the source."
    for model, key in (("services/lines", "101"), ("customers/info", "1"), ("customers/parents", "2")):
        blocked = found[model, key]
        assert (blocked.state, blocked.blocked_by) == ("blocked", rejected.id)
    assert len(found) == 4
    assert sorted(migration.splynx.customers()) == ["2", "3", "4", "5"]
    provider.people[0]["email"] = "mended@example.net"
    migration.run(provider)
    assert migration.rejects() == []
    assert len(migration.splynx.rows("customers/internet-services")) == 5


LATER = MODELS["customers/people"].replace("-- resource: customers", "-- resource: customers\n-- later: [email]").format(on_delete="ignore")
PUT_CUSTOMER = {"method": "PUT", "path_regex": "customers/customer/"}


def test_who_is_new_is_reachable_only_after_splynx_has_made_them(migration: Migration, provider: Provider) -> None:
    add_model(migration.models, "customers/people", LATER)
    migration.splynx.call("PUT", "admin/config/config?module=main&path=customers", {"send_welcome_message": "1"})
    migration.run(provider)
    assert migration.splynx.stats()["messages_that_would_have_gone_out"] == {}, "a welcome finds no address"
    assert {row["email"] for row in migration.splynx.customers().values()} == {row["email"] for row in provider.people}
    migration.splynx.reset_stats()
    migration.run(provider)
    assert migration.splynx.writes() == {}
    provider.people[1] |= {"email": "other@example.net", "city": "Oulu"}
    migration.run(provider)
    assert migration.splynx.writes() == {"PUT /admin/customers/customer/{id}": 1}, "a change is one request"


def test_an_address_that_was_refused_or_lost_comes_with_the_next_run(migration: Migration, provider: Provider) -> None:
    add_model(migration.models, "customers/people", LATER)
    refusal = [{"field": "email", "message": "Email is not welcome."}]
    migration.splynx.faults(
        {"match": PUT_CUSTOMER, "kind": "status", "status": 422, "body": refusal, "times": 1},
        {"match": PUT_CUSTOMER, "kind": "cut_before", "times": 1, "skip": 1},
    )
    migration.run(provider, parallel_workers=1)
    refused = [row for row in migration.rejects() if row.model == "customers/people"]
    assert [(row.reason, row.field) for row in refused] == [("refused", "email")]
    assert refused[0].message.startswith("The record was made, without email")
    assert len(migration.splynx.customers()) == 5
    migration.splynx.faults()
    migration.run(provider)
    assert migration.rejects() == []
    people = migration.splynx.customers()
    assert len(people) == 5 and all(row["email"] for row in people.values())


def test_a_splynx_that_demands_an_address_gets_it_at_once(migration: Migration, provider: Provider) -> None:
    add_model(migration.models, "customers/people", LATER)
    refusal = [{"field": "email", "message": "Email cannot be blank."}]
    migration.splynx.faults({"match": {"method": "POST", "path_regex": "customers/customer$"}, "kind": "status", "status": 422, "body": refusal, "times": 1})
    migration.run(provider, parallel_workers=1)
    assert migration.rejects() == []
    assert migration.splynx.writes()["POST /admin/customers/customer"] == 6
    assert all(row["email"] for row in migration.splynx.customers().values())


def test_what_splynx_refused_is_not_sent_again_until_it_changes(migration: Migration, provider: Provider) -> None:
    provider.lines[1]["login"] = provider.lines[0]["login"]
    migration.run(provider)
    (refused,) = migration.rejects()
    assert (refused.reason, refused.field) == ("refused", "login")
    assert "login" in (refused.message or "")
    migration.splynx.reset_stats()
    migration.run(provider)
    assert migration.splynx.writes() == {}
    (again,) = migration.rejects()
    assert (again.reason, again.field, again.message) == (refused.reason, refused.field, refused.message)
    key = next(line for line in provider.lines if str(line["id"]) == refused.source_key)
    key["login"] = "another"
    migration.run(provider)
    assert migration.rejects() == []
    assert len(migration.splynx.rows("customers/internet-services")) == 5


def test_a_refused_change_is_not_sent_again_until_it_changes(migration: Migration, provider: Provider) -> None:
    migration.run(provider)
    provider.lines[1]["login"] = provider.lines[0]["login"]
    migration.run(provider)
    (refused,) = migration.rejects()
    assert (refused.action, refused.payload) == ("update", {"login": "line1"})
    migration.splynx.reset_stats()
    migration.run(provider)
    assert migration.splynx.writes() == {}
    assert len(migration.rejects()) == 1
    provider.lines[1]["login"] = "line2"
    migration.run(provider)
    assert (migration.splynx.writes(), migration.rejects()) == ({}, [])


def test_an_error_of_the_server_is_tried_again_in_the_next_run(migration: Migration, provider: Provider) -> None:
    migration.splynx.faults({"match": {"method": "POST", "path_regex": "internet-services"}, "kind": "status", "status": 500})
    migration.run(provider)
    assert {r.reason for r in migration.rejects()} == {"server_error"}
    migration.splynx.faults()
    migration.run(provider)
    assert migration.rejects() == []
    assert len(migration.splynx.rows("customers/internet-services")) == 5


def test_a_missing_right_stops_the_model_and_names_the_right(migration: Migration, provider: Provider) -> None:
    migration.splynx.faults({"match": {"method": "POST", "path_regex": "internet-services"}, "kind": "status", "status": 403})
    migration.run(provider, parallel_workers=1)
    found = migration.rejects()
    assert [r.reason for r in found] == ["not_allowed"] * 5
    assert "right to create services_internet" in (found[0].remedy or "")
    assert migration.splynx.writes()["POST /admin/customers/customer/{customer_id}/internet-services"] == 1
    migration.splynx.faults()
    migration.run(provider)
    assert migration.rejects() == []


def put_customer(splynx: Splynx, **values: object) -> int:
    return int(splynx.call("POST", "admin/customers/customer", {"name": "By hand", "status": "active", **values})["id"])


def test_a_record_with_the_natural_key_is_adopted_not_doubled(migration: Migration, provider: Provider) -> None:
    number = put_customer(migration.splynx, login="p3", email="p3@example.net", city="Turku", phone="+1")
    migration.run(provider)
    customers = migration.splynx.customers()
    assert len(migration.splynx.rows("customers/customer")) == 5
    assert (customers["3"]["id"], customers["3"]["name"], customers["3"]["phone"]) == (number, "Person 3", "+1")
    assert migration.summary()["customers/people"]["adopted"] == 1
    with migration.ledger() as ledger:
        (update,) = (o for o in ledger.operations(ledger.last_run()["id"]) if o.model == "customers/people" and o.action == "update")
    assert update.before["name"] == "By hand", "what was there before is kept for a rollback"
    assert "city" not in update.payload, "what fits already is not sent"
    migration.splynx.reset_stats()
    migration.run(provider)
    assert migration.splynx.writes() == {}


def test_several_candidates_are_listed_and_never_guessed_between(migration: Migration, provider: Provider) -> None:
    write_models(migration.models, customers__people=people_by("city"))
    numbers = [put_customer(migration.splynx, login=f"hand{n}", city="Oulu") for n in (1, 2)]
    provider.people[0]["city"] = "Oulu"
    for person in provider.people[1:]:
        person["city"] = f"Town {person['id']}"
    migration.run(provider)
    rejected = next(r for r in migration.rejects() if r.model == "customers/people")
    assert rejected.reason == "ambiguous_match"
    assert all(str(number) in (rejected.message or "") for number in numbers)
    assert len(migration.splynx.rows("customers/customer")) == 2 + 4


def people_by(natural_key: str) -> str:
    from splynx_runs import MODELS

    return MODELS["customers/people"].format(on_delete="ignore").replace("[login]", f"[{natural_key}]")


def test_a_dry_run_writes_nothing_and_passes_no_state_on(migration: Migration, provider: Provider) -> None:
    ran = migration.run(provider, dry_run=True)
    assert ran.states == []
    assert migration.splynx.writes() == {}
    with migration.ledger() as ledger:
        run = ledger.last_run()
        planned = [(o.model, o.action) for o in ledger.operations(run["id"])]
    assert run["state"] == "planned"
    assert planned.count(("customers/people", "create")) == 5
    assert planned.count(("services/lines", "create")) == 5
    assert planned.count(("customers/parents", "update")) == 1
    assert len(migration.run(provider).states) == 1
    assert len(migration.splynx.rows("customers/internet-services")) == 5


def gone(provider: Provider) -> Provider:
    """The last person and its line are no more at the source."""
    return Provider(provider.plans, provider.people[:-1], provider.lines[:-1])


def test_what_is_gone_at_the_source_is_left_alone_by_default(migration: Migration, provider: Provider) -> None:
    migration.run(provider)
    migration.splynx.reset_stats()
    migration.run(gone(provider).feed(version=2))
    assert migration.splynx.writes() == {}


def test_what_is_gone_at_the_source_is_ended_where_the_model_says_how(migration: Migration, provider: Provider) -> None:
    write_models(migration.models, on_delete="end")
    migration.run(provider)
    migration.splynx.reset_stats()
    migration.run(gone(provider).feed(version=2))
    assert sum(migration.splynx.writes().values()) == 2
    assert {key: row["status"] for key, row in migration.splynx.customers().items()}["5"] == "disabled"
    migration.splynx.reset_stats()
    migration.run(gone(provider).feed(version=3))
    assert migration.splynx.writes() == {}, "it is ended once"


def test_what_comes_back_after_its_end_lives_again(migration: Migration, provider: Provider) -> None:
    write_models(migration.models, on_delete="end")
    migration.run(provider)
    migration.run(gone(provider).feed(version=2))
    migration.run(provider.feed(version=3))
    assert migration.splynx.customers()["5"]["status"] == "active"
    assert len(migration.splynx.rows("customers/customer")) == 5


def test_deletes_take_dependants_first(migration: Migration, provider: Provider) -> None:
    write_models(migration.models, on_delete="delete")
    migration.run(provider)
    order: list[str] = []
    classify = migration.splynx.server.application.traffic._classify

    async def noting(request):  # type: ignore[no-untyped-def]
        name = await classify(request)  # type: ignore[misc]
        if request.method == "DELETE":
            order.append(str(name))
        return name

    migration.splynx.server.application.traffic._classify = noting
    migration.run(gone(provider).feed(version=2), parallel_workers=4)
    assert [name.split("/")[-1] for name in order] == ["internet-services--{service_id}", "{id}"]
    assert sorted(migration.splynx.customers()) == ["1", "2", "3", "4"]
    migration.run(provider.feed(version=3))
    assert sorted(migration.splynx.customers()) == ["1", "2", "3", "4", "5"], "what comes back after a delete is made anew"


def test_on_reject_stop_ends_the_run_before_anything_is_written(migration: Migration, provider: Provider) -> None:
    provider.people[0]["email"] = "nonsense"
    with pytest.raises(MigrationError, match=r"on_reject is stop.*Nothing was written"):
        migration.run(provider, on_reject="stop")
    assert migration.splynx.writes() == {}
    assert migration.summary()[""] == "failed"


def test_on_reject_stop_ends_the_run_at_the_first_refusal(migration: Migration, provider: Provider) -> None:
    provider.lines[1]["login"] = provider.lines[0]["login"]
    with pytest.raises(MigrationError, match=r"line 10[12] was rejected \(refused: .*\) and on_reject is stop"):
        migration.run(provider, on_reject="stop")
    with migration.ledger() as ledger:
        assert ledger.in_doubt() == []


@pytest.mark.parametrize(("limit", "stops"), [("1", True), ("2", False), ("5%", True), ("50%", False)])
def test_the_reject_limit_is_a_number_or_a_percentage(limit: str, stops: bool, migration: Migration, provider: Provider) -> None:
    for person in provider.people[3:]:
        person["email"] = "nonsense"
    if stops:
        with pytest.raises(MigrationError, match=r"reject_limit"):
            migration.run(provider, reject_limit=limit)
        assert migration.splynx.writes() == {}
    else:
        assert len(migration.run(provider, reject_limit=limit).states) == 1


def test_only_the_sections_asked_for_are_loaded(migration: Migration, provider: Provider) -> None:
    migration.run(provider, sections=["foundation", "catalogue"])
    assert len(migration.splynx.rows("tariffs/internet")) == 2
    assert migration.splynx.rows("customers/customer") == []
    migration.run(provider, sections=["customers"])
    assert (len(migration.splynx.customers()), migration.splynx.rows("customers/internet-services")) == (5, [])
    migration.run(provider)
    assert len(migration.splynx.rows("customers/internet-services")) == 5


def test_a_model_whose_stream_never_came_stops_with_a_clear_error_and_no_state(migration: Migration, provider: Provider) -> None:
    from singer_feed import Feed
    from splynx_runs import PERSON_COLUMNS, PLAN_COLUMNS

    feed = Feed().stream("plans", PLAN_COLUMNS, provider.plans).stream("people", PERSON_COLUMNS, provider.people).state({"bookmarks": {}})
    with pytest.raises(MigrationError, match=r"services/lines: stream lines was never staged in full\. Select it in the tap"):
        migration.run(feed)
    assert len(migration.splynx.customers()) == 5, "what does not need the stream is loaded"
    assert migration.splynx.rows("customers/internet-services") == []


def test_a_row_that_a_model_leaves_out_is_counted_by_its_rule(migration: Migration, provider: Provider) -> None:
    provider.people[4]["name"] = "SKIP"
    provider.lines.pop()
    migration.run(provider)
    assert migration.summary()["customers/people"]["skip_rules"] == {"asked to": 1}
    assert sorted(migration.splynx.customers()) == ["1", "2", "3", "4"]


@pytest.mark.parametrize("policy", ["ignore", "warn", "fail"])
def test_a_stream_that_no_model_reads(policy: str, migration: Migration, provider: Provider, caplog: pytest.LogCaptureFixture) -> None:
    feed = provider.feed()
    feed.stream("weather", {"id": "int"}, [{"id": 1}])
    if policy == "fail":
        with pytest.raises(MigrationError, match=r"No model reads stream weather, and unknown_streams is fail"):
            migration.run(feed, unknown_streams=policy)
        assert migration.splynx.writes() == {}
        return
    assert len(migration.run(feed, unknown_streams=policy).states) == 1
    said = [record for record in caplog.records if "no model reads stream weather" in record.getMessage()]
    assert len(said) == (policy == "warn")


def test_money_arrives_to_the_last_digit(migration: Migration, provider: Provider) -> None:
    provider.plans[0]["price"] = 1234567.8912
    migration.run(provider)
    prices = {row["title"]: Decimal(row["price"]) for row in migration.splynx.rows("tariffs/internet")}
    assert prices == {"Fibre 100": Decimal("1234567.8912"), "Fibre 1000": Decimal(80)}
    with migration.ledger() as ledger:
        assert ledger.records("catalogue/plans", ["1"])["1"].payload["price"] == Decimal("1234567.8912")


def test_writing_is_spread_over_kept_connections(migration: Migration) -> None:
    migration.splynx.server.application.traffic.latency_ms = 5
    migration.splynx.reset_stats()
    migration.run(Provider.of(40), parallel_workers=4)
    stats = migration.splynx.stats()
    assert 2 <= stats["max_concurrency"] <= 4
    assert stats["connections_used"] <= 7, "four workers, the run itself, and the tests' own"
    writes, requests = sum(migration.splynx.writes().values()), stats["requests"]
    assert requests - writes < 30, "reference data in lists: no request per record"


def test_the_run_is_kept_with_its_settings_but_no_secret(migration: Migration, provider: Provider) -> None:
    migration.run(provider)
    with migration.ledger() as ledger:
        kept = json.loads(ledger.last_run()["settings"])
    assert kept["parallel_workers"] == 4
    assert "sandbox-secret" not in json.dumps(kept)
