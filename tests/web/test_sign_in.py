import time
from datetime import timedelta

import pytest
from flask import Flask

from bot.web.auth import LOCK_AFTER, LOCKED_FOR
from bot.web.passwords import check_password, hash_password
from tests.servers import RedisServer
from tests.web.conftest import PASSWORD, OpenHouse, Visitor
from tests.world import World

TOM = "recruiter@northwind.example"


def test_the_right_password_opens_the_door(stranger: Visitor) -> None:
    answer = stranger.sign_in(TOM)

    assert answer.status_code == 302
    assert stranger.get("/inbox").status_code == 200


def test_an_address_may_be_written_in_capitals(stranger: Visitor) -> None:
    assert stranger.sign_in(TOM.upper()).status_code == 302


@pytest.mark.parametrize(
    ("email", "password"),
    [(TOM, "wrong"), ("nobody@x.example", PASSWORD), ("dana@northwind.example", ""), ("", "")],
)
def test_every_mistake_gets_the_same_answer(stranger: Visitor, email: str, password: str) -> None:
    answer = stranger.sign_in(email, password)

    assert answer.status_code == 401
    assert "That address and password do not go together." in answer.text
    assert stranger.get("/inbox").status_code == 302


def test_an_account_rests_after_too_many_wrong_passwords(stranger: Visitor, home: World) -> None:
    for _ in range(LOCK_AFTER):
        stranger.sign_in(TOM, "wrong")

    assert stranger.sign_in(TOM).status_code == 401

    home.clock.move_to(home.clock.now() + LOCKED_FOR + timedelta(seconds=1))
    assert stranger.sign_in(TOM).status_code == 302


def test_too_many_tries_from_one_place_are_put_off(stranger: Visitor) -> None:
    tries = [stranger.sign_in(f"{number}@x.example").status_code for number in range(21)]

    assert tries[-1] == 429


def test_f16_tries_are_counted_here_while_redis_is_away(
    open_house: OpenHouse, private_redis: RedisServer
) -> None:
    private_redis.freeze()
    visitor = Visitor(open_house(redis_url=private_redis.url))

    tries = [visitor.sign_in(f"{number}@x.example").status_code for number in range(21)]

    assert set(tries[:-1]) == {401}
    assert tries[-1] == 429


def test_a_link_opens_the_door_once(site: Flask, home: World) -> None:
    with home.store.begin() as tx:
        tx.users.add_link(home.recruiter.id, "secret", home.clock.now() + timedelta(hours=1))
    first, second = Visitor(site), Visitor(site)

    assert first.get("/sign-in/secret").status_code == 302
    assert first.get("/inbox").status_code == 200
    assert second.get("/sign-in/secret").status_code == 401


def test_an_old_link_opens_nothing(stranger: Visitor, home: World) -> None:
    with home.store.begin() as tx:
        tx.users.add_link(home.recruiter.id, "secret", home.clock.now() - timedelta(hours=1))

    assert stranger.get("/sign-in/secret").status_code == 401


def test_signing_in_without_a_token_is_refused(stranger: Visitor) -> None:
    answer = stranger.client.post("/sign-in", data={"email": TOM, "password": PASSWORD})

    assert answer.status_code == 400


def test_signing_out_shuts_the_door(recruiter: Visitor) -> None:
    answer = recruiter.send("DELETE", "/session")

    assert answer.headers["HX-Redirect"] == "/sign-in"
    assert recruiter.get("/inbox").status_code == 302


def test_a_session_ends_after_half_a_day(
    recruiter: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = time.time() + 12 * 3600 + 1
    monkeypatch.setattr(time, "time", lambda: later)

    assert recruiter.get("/inbox").status_code == 302


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(open_house: OpenHouse) -> None:
    plain = Visitor(open_house()).sign_in(TOM).headers["Set-Cookie"]
    secure = Visitor(open_house(public_url="https://hr.example.com"))
    cookie = secure.client.get("/sign-in", base_url="https://hr.example.com").headers["Set-Cookie"]

    assert "HttpOnly" in plain and "SameSite=Lax" in plain
    assert cookie.startswith("__Host-") and "Secure" in cookie


def test_passwords_are_kept_as_argon2() -> None:
    stored = hash_password(PASSWORD)

    assert stored.startswith("$argon2id$")
    assert check_password(stored, PASSWORD)
    assert not check_password(stored, "wrong")


@pytest.mark.parametrize("stored", ["", "not a hash"])
def test_what_is_no_hash_fits_no_password(stored: str) -> None:
    assert not check_password(stored, "")
