"""Who the provider is: companies, departments, roles, staff, and the settings that exist once.

Out: rows of Company, Department, CompanyDepartment, Role, User, SystemSetting, BillingSetting and the other singletons.
"""

from __future__ import annotations

from datetime import date

from sandbox.data.clock import at
from sandbox.data.context import Context
from sandbox.data.words import FIRST_NAMES, LAST_NAMES, TOWNS

ROLES = {
    "Owner": ("READ_ACCOUNT", "UPDATE_ACCOUNT", "READ_ALL_LOGS", "MANAGE_SONAR_BILLING", "UPDATE_SYSTEM_SETTINGS"),
    "Billing": ("READ_ACCOUNT", "UPDATE_ACCOUNT", "READ_ACCOUNT_STATUS"),
    "Support": ("READ_ACCOUNT", "UPDATE_ACCOUNT", "READ_CUSTOM_FIELD"),
    "Technician": ("READ_ACCOUNT", "READ_CUSTOM_FIELD"),
    "Sales": ("READ_ACCOUNT", "CREATE_ACCOUNT"),
    "Read only": ("READ_ACCOUNT",),
}


def make_companies(context: Context) -> None:
    """Three brands and one that was closed; the first is the default."""
    table = context.writer["Company"]
    brands = (
        ("Ridge & River Internet", "ridgeriver.example", "6085550100", "39-1234567", True, "WIRELESS"),
        ("Coulee Fiber Cooperative", "couleefiber.example", "6085550200", "39-7654321", True, "ISP"),
        ("Driftless Voice & Data, Inc.", "driftless.example", "5635550300", "42-5550123", True, "VOIP"),
        ("Bluff Net (legacy)", "bluffnet.example", "6085550400", None, False, "ISP"),
    )
    for index, (name, domain, phone, tax_number, enabled, kind) in enumerate(brands):
        company_id = table.add(
            created="2014-03-03T15:00:00+00:00", name=name, country="US", default=index == 0, enabled=enabled,
            checks_payable_to=name, customer_portal_url=f"https://portal.{domain}",
            website_address=f"https://www.{domain}", phone_number=phone, tax_identification=tax_number,
            isp_type=kind, primary_color="#1F6F8B", secondary_color="#99A8B2", show_remittance_slip=True,
            billing_communication_delay_start_local_time="20:00:00",
            billing_communication_delay_end_local_time="08:00:00",
        )  # fmt: skip
        if enabled:
            context.company_ids.append(company_id)
        town = TOWNS[index]
        context.writer["Address"].add(
            created="2014-03-03T15:00:00+00:00", addressable_type="Company", addressable_id=company_id,
            type="MAILING", line1=f"{100 + index} Depot St", city=town.name, subdivision=town.state, zip=town.zip,
            country="US", county=f"COUNTY_{town.county}",
            fips=town.county, fips_source="SONAR", latitude=f"{town.latitude:.6f}",
            longitude=f"{town.longitude:.6f}",
        )  # fmt: skip
    departments = [context.writer["Department"].add(name=name) for name in ("Billing", "Technical Support", "Sales")]
    for company_id in context.company_ids:
        for index, department_id in enumerate(departments):
            context.writer["CompanyDepartment"].add(
                company_id=company_id, department_id=department_id, country="US",
                number=f"60855501{company_id}{index}", number_formatted=f"(608) 555-01{company_id}{index}",
                email_address=f"dept{index}@company{company_id}.example.com",
            )  # fmt: skip


def make_staff(context: Context) -> None:
    """Roles and users: people who work here, people who left, and Sonar's own support login."""
    random = context.random("users")
    for name, permissions in ROLES.items():
        listed = "[" + ", ".join(f'"{permission}"' for permission in permissions) + "]"
        context.named[f"role:{name}"] = context.writer["Role"].add(name=name, applied_permissions=listed)
    table = context.writer["User"]
    names: set[str] = set()
    role_cycle = ("Owner", "Billing", "Support", "Technician", "Technician", "Sales", "Support", "Read only")
    count = context.volumes.of("User", at_least=14)
    for index in range(count):
        first, last = random.choice(FIRST_NAMES), random.choice(LAST_NAMES)
        username = _login(f"{first[0]}{last}", names)
        role = role_cycle[index % len(role_cycle)]
        # Two in every fourteen have left; their notes and tickets stay.
        enabled = index % 14 not in (9, 12)
        created = context.past(random, date(2014, 3, 3), date(2025, 6, 1))
        user_id = table.add(
            created=created, updated=context.past(random, date.fromisoformat(created[:10])), name=f"{first} {last}",
            public_name=first, username=username, email_address=f"{username}@ridgeriver.example.com",
            enabled=enabled, role_id=None if index == 0 else context.named[f"role:{role}"], super_admin=index == 0,
            is_sonar_staff=False, completed_setup=True, language="en",
            mobile_number=f"608555{random.randint(1000, 9999)}" if index % 3 else None,
        )  # fmt: skip
        if enabled:
            context.user_ids.append(user_id)
            if role == "Technician":
                context.technician_ids.append(user_id)
        else:
            context.named.setdefault("user:left", user_id)
    context.named["user:sonar"] = table.add(
        name="Sonar Support", public_name="Sonar", username="sonar_support",
        email_address="support@sonar.example.com", enabled=True, super_admin=True, is_sonar_staff=True,
        completed_setup=True, language="en",
    )  # fmt: skip


def _login(wish: str, taken: set[str]) -> str:
    """A user name of plain letters that nobody has yet."""
    base = "".join(letter for letter in wish.lower() if letter.isascii() and letter.isalpha()) or "user"
    name, number = base, 2
    while name in taken:
        name, number = f"{base}{number}", number + 1
    taken.add(name)
    return name


def make_settings(context: Context) -> None:
    """The one-row tables. Runs after statuses and services exist, because they are referred to."""
    random = context.random("settings")
    stamp = at(date(2026, 2, 3), random)
    town = TOWNS[0]
    context.writer["SystemSetting"].add(
        created="2014-03-03T15:00:00+00:00", updated=stamp, calendar_history_sync_maximum=30, city=town.name,
        country="US", currency="USD", customer_portal_contact_access="PRIMARY", date_format="MONTH_DAY_YEAR",
        decimal_separator="DOT", digit_separator="COMMA", default_message_from_name="Ridge & River Internet",
        default_message_language="en", fcc_form_477_company_source="COMPANY", initial_purchase_order_number=1000,
        instance_id=4711, language="en", latitude=f"{town.latitude}", longitude=f"{town.longitude}",
        past_due_stamp_invoice=True, radius_account_prefix="rr", subdivision="US_WI", time_format="TWELVE_HOUR",
        timezone="AMERICACHICAGO", units="IMPERIAL", enable_additional_services=False, bilingual_invoices=False,
    )  # fmt: skip
    every_day = {
        f"delinquency_check_day_{day}": True for day in ("monday", "tuesday", "wednesday", "thursday", "friday")
    }
    context.writer["BillingSetting"].add(
        created="2014-03-03T15:00:00+00:00", updated=stamp, accounting_period_auto_close="NEVER",
        always_round_taxes_up=False, apply_late_fees=True, autopay_bank_account_attempts=3,
        autopay_bank_account_retry_interval_in_days=3, autopay_credit_card_attempts=3,
        autopay_credit_card_retry_interval_in_days=2, autopay_runs_entire_amount_due=True, daily_billing=True,
        days_after_invoice_due_for_late_fee_application=10, late_fee_mode="FLAT",
        late_fee_minimum_delinquency_amount=1000, late_fee_service_id=context.items["late_fee"].id,
        minimum_amount_due_for_delinquency=500, minimum_bank_account_payment=100, minimum_credit_card_payment=100,
        prorate_services=True, prorate_service_quantity=True, round_prorated_amounts=False,
        use_invoice_templates=False, generate_invoice_on_initial_activation=True,
        disconnect_account_status_id=context.named["status:Inactive"],
        unarchive_account_status_id=context.named["status:Inactive"],
        printed_invoice_fee_service_id=context.items["paper_fee"].id, **every_day,
    )  # fmt: skip
    context.writer["TicketingSetting"].add(
        days_closed_before_inbound_email_creates_new_ticket=14,
        spam_score_maximum_for_autoreply=3,
        spam_score_minimum_for_reject=9,
    )
    context.writer["SmsSetting"].add(
        low_funds_threshold=1000, triggered_quiet_start_time="21:00:00", triggered_quiet_end_time="08:00:00"
    )
    context.writer["PollerSetting"].add(
        account_polling_frequency_in_minutes=15, infrastructure_polling_frequency_in_minutes=5
    )
    context.writer["PrintToMailSetting"].add(
        low_funds_threshold=1000, print_method="DUPLEX", print_type="BLACK_AND_WHITE"
    )
    context.writer["PasswordPolicy"].add(minimum_length=12, minimum_password_strength=3, requires_alpha_numeric=True)
    context.writer["MfaAdminSetting"].add()
    context.writer["Preseem"].add()
    context.writer["SystemBackupSetting"].add(
        in_progress_backup_expire_minutes=120, maximum_backups=7, maximum_exports=2
    )
    context.writer["TowercoverageConfiguration"].add(account_status_id=context.named["status:Lead"])
    context.writer["SystemEnvironment"].add(sms_send_from_number="+16085550100")
    context.writer["Me"].add(
        name="Migration", username="migration", public_name="Migration", super_admin=False,
        email_address="migration@ridgeriver.example.com", role_id=context.named["role:Owner"], language="en",
    )  # fmt: skip
