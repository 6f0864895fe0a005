"""Payloads as people may see them."""

from __future__ import annotations

from target_splynx.loading.masking import masked, masked_value, without_secrets

PAYLOAD = {
    "login": "line1", "password": "hunter2hunter2", "pin": "12", "additional_attributes": {"wifi_password": "sesame-open", "vat": "B"},
    "items": [{"api_token": "abcdef", "name": "x"}], "radius_secret": "",
}  # fmt: skip


def test_secrets_are_masked_wherever_they_are_and_emptiness_shows() -> None:
    assert masked(PAYLOAD) == {
        "login": "line1", "password": "***", "pin": "***", "additional_attributes": {"wifi_password": "***", "vat": "B"},
        "items": [{"api_token": "***", "name": "x"}], "radius_secret": "",
    }  # fmt: skip
    assert masked_value("additional_attributes.wifi_password", "x") == "***"
    assert masked_value("city", "x") == "x"


def test_a_message_quotes_no_secret_of_its_payload() -> None:
    text = "password: hunter2hunter2 was used for sesame-open; abcdef; line1 has 12 services"
    assert without_secrets(text, PAYLOAD) == "password: *** was used for ***; ***; line1 has 12 services"
