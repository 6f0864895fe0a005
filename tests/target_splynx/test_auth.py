"""Proving who asks: signatures by the book, tokens that are renewed in time, and nothing said about secrets."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from target_splynx.errors import SettingsError
from target_splynx.splynx.auth import Nonce, Token, authentication, sign


def test_a_signature_is_the_upper_case_hmac_of_nonce_and_key() -> None:
    # printf '%s' '1763812345678mykey' | openssl dgst -sha256 -hmac mysecret | tr a-f A-F
    assert sign("mykey", "mysecret", 1763812345678) == "4C505A1DF7B9D56ABD1E3A43501E67FDA1132CCE5C779F26C10F48BCD27FB985"


def test_the_signature_header_has_key_nonce_and_signature() -> None:
    header = authentication("signature", api_key="k", api_secret="s").header()
    assert header.startswith("Splynx-EA (key=k&nonce=")
    nonce = int(header.split("nonce=")[1].split("&")[0])
    assert header.endswith(f"signature={sign('k', 's', nonce)})")
    assert abs(nonce / 100 - time.time()) < 5, "centiseconds since the epoch"


def test_nonces_grow_over_threads() -> None:
    nonce = Nonce()
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: nonce.next(), range(2000)))
    assert len(set(taken)) == 2000
    assert nonce.next() > max(taken)


def test_basic_is_key_and_secret_in_base64() -> None:
    assert authentication("basic", api_key="key", api_secret="secret").header() == "Basic a2V5OnNlY3JldA=="


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ({"api_key": "", "api_secret": "s"}, "`api_key`"),
        ({"api_key": "k", "api_secret": ""}, "`api_secret`"),
        ({"api_key": "", "api_secret": "", "admin_login": "a"}, "`admin_password`"),
    ],
)
def test_a_missing_credential_is_named(settings: dict[str, str], names: str) -> None:
    with pytest.raises(SettingsError, match=names):
        authentication("token", **{"api_key": "", "api_secret": "", **settings})


class Server:
    """Gives tokens `t1`, `t2` … with a given life."""

    def __init__(self, life: float = 1800, refresh_life: float = 10_000) -> None:
        self.life, self.refresh_life = life, refresh_life
        self.asked: list[str] = []
        self.refuse_refresh = False

    def login(self, method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        self.asked.append(f"{method} {'fresh' if body else 'refresh'}")
        if body is None and self.refuse_refresh:
            raise RuntimeError("refused")
        number = len(self.asked)
        now = time.time()
        return {
            "access_token": f"t{number}", "access_token_expiration": now + self.life,
            "refresh_token": f"r{number}", "refresh_token_expiration": now + self.refresh_life,
        }  # fmt: skip


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """`clock[0]`: seconds that have passed."""
    began, passed = time.time(), [0.0]
    monkeypatch.setattr("target_splynx.splynx.auth.time.time", lambda: began + passed[0])
    return passed


def token_of(server: Server) -> Token:
    token = Token(lambda: {"auth_type": "admin", "login": "a", "password": "p"})
    token.connect(server.login)
    return token


def test_one_token_serves_many_requests(clock: list[float]) -> None:
    server = Server()
    token = token_of(server)
    assert {token.header() for _ in range(100)} == {"Splynx-EA (access_token=t1)"}
    assert server.asked == ["POST fresh"]


def test_a_token_is_refreshed_before_it_ends(clock: list[float]) -> None:
    server = Server(life=1800)
    token = token_of(server)
    token.header()
    clock[0] = 1700
    assert token.header() == "Splynx-EA (access_token=t1)"
    clock[0] = 1750
    assert token.header() == "Splynx-EA (access_token=t2)"
    assert server.asked == ["POST fresh", "GET refresh"]


def test_a_refused_or_expired_refresh_is_a_fresh_login(clock: list[float]) -> None:
    server = Server(life=100, refresh_life=150)
    token = token_of(server)
    token.header()
    clock[0] = 60
    server.refuse_refresh = True
    token.header()
    assert server.asked == ["POST fresh", "GET refresh", "POST fresh"]
    clock[0] = 1000
    token.header()
    assert server.asked[3:] == ["POST fresh"], "the refresh token has ended, too"


def test_many_threads_with_one_refused_token_make_one_login(clock: list[float]) -> None:
    server = Server()
    token = token_of(server)
    used = token.header()
    barrier = threading.Barrier(8)

    def refused(_: int) -> str:
        barrier.wait()
        assert token.forget(used)
        return token.header()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(refused, range(8))) == {"Splynx-EA (access_token=t2)"}
    assert server.asked == ["POST fresh", "POST fresh"], "a refused token is not refreshed but replaced, once"


def test_a_token_whose_life_is_shorter_than_the_margin_is_not_renewed_for_every_request(clock: list[float]) -> None:
    server = Server(life=20)
    token = token_of(server)
    for _ in range(10):
        token.header()
    assert len(server.asked) == 1
