"""Staff show a second factor before they see anything, and set one up by themselves."""

from __future__ import annotations

import re
from base64 import b32decode
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import unquote

import pytest
import time_machine
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client
from django_otp.oath import hotp
from django_otp.plugins.otp_totp.models import TOTPDevice
from pytest_django import Settings

from ontwikkelrekening.administration.second_factor import forget
from tests.audit.world import logged_in

pytestmark = pytest.mark.django_db
PAGE = "/staff/second-factor"
NOON = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def second_factor(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = True


def code_at(key: str, moment: datetime) -> str:
    """What an app shows that was given this key: RFC 6238, six digits, thirty seconds."""
    return f"{hotp(b32decode(key.replace(' ', '')), int(moment.timestamp()) // 30):06d}"


def key_on(client: Client) -> str:
    found = re.search(r"<code>([A-Z2-7 ]+)</code>", client.get(PAGE).content.decode())
    assert found
    return found[1]


@pytest.mark.parametrize(
    "address", ["/admin/", "/audit/", "/admin/payouts/paymentbatch/", "/staff/payments/x.xml", "/"]
)
def test_a_password_alone_leads_to_the_second_step(address: str) -> None:
    amir = logged_in("amir", "auditors", "payment-officers")

    answer = amir.get(address)

    assert answer.status_code == 302
    assert answer["Location"].startswith(f"{PAGE}?next=%2F")


def test_an_app_is_set_up_once_and_then_asked_for() -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        amir = logged_in("amir", "auditors")
        key = key_on(amir)

        done = amir.post(PAGE, {"code": code_at(key, NOON), "next": "/audit/"})
        assert (done.status_code, done["Location"]) == (302, "/audit/")
        assert amir.get("/audit/").status_code == 200

        clock.move_to(NOON + timedelta(minutes=5))
        again = logged_in("amir", "auditors")
        page = again.get(PAGE).content.decode()
        assert key not in page
        assert "data:image" not in page
        spaced = code_at(key, NOON + timedelta(minutes=5))
        done = again.post(PAGE, {"code": f"{spaced[:3]} {spaced[3:]}"})
        assert (done.status_code, done["Location"]) == (302, "/admin/")


def test_the_picture_can_be_read_in_the_dark() -> None:
    """Dark on white with a border of four modules, whatever the colour of the page behind it."""
    page = logged_in("amir", "auditors").get(PAGE).content.decode()
    found = re.search(r'src="data:image/svg\+xml[^,]*,([^"]+)"', page)
    assert found
    picture = unquote(unescape(found[1]))

    side = int(re.findall(r"width=.(\d+)", picture)[0])
    assert f"M0 0h{side // 5}v{side // 5}h-{side // 5}z" in picture  # the whole square is filled
    assert "#fff" in picture
    assert "M4 4" in picture  # the first module stands four from the edge


def test_a_code_counts_once() -> None:
    with time_machine.travel(NOON, tick=False):
        amir = logged_in("amir", "auditors")
        code = code_at(key_on(amir), NOON)
        amir.post(PAGE, {"code": code})

        answer = logged_in("amir", "auditors").post(PAGE, {"code": code})

    assert answer.status_code == 422
    assert "klopt niet of is al gebruikt" in answer.content.decode()


def test_wrong_codes_make_one_wait() -> None:
    with time_machine.travel(NOON, tick=False):
        amir = logged_in("amir", "auditors")
        right = code_at(key_on(amir), NOON)
        wrong = f"{(int(right) + 1) % 1_000_000:06d}"
        amir.post(PAGE, {"code": wrong})
        amir.post(PAGE, {"code": wrong})

        too_soon = amir.post(PAGE, {"code": right})

    assert too_soon.status_code == 422
    assert not TOTPDevice.objects.get().confirmed


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "12\x0034", "-12345"])
def test_what_is_no_code_is_told_beside_the_field(code: str) -> None:
    answer = logged_in("amir", "auditors").post(PAGE, {"code": code})

    assert answer.status_code == 422
    assert 'id="code-error"' in answer.content.decode()


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "javascript:x"])
def test_it_leads_nowhere_else(address: str) -> None:
    with time_machine.travel(NOON, tick=False):
        amir = logged_in("amir", "auditors")

        done = amir.post(PAGE, {"code": code_at(key_on(amir), NOON), "next": address})

    assert done["Location"] == "/admin/"


def test_who_lost_the_app_sets_one_up_anew(capsys: pytest.CaptureFixture[str]) -> None:
    with time_machine.travel(NOON, tick=False):
        amir = logged_in("amir", "auditors")
        key = key_on(amir)
        amir.post(PAGE, {"code": code_at(key, NOON)})

        call_command("forget_second_factor", "amir")

        assert amir.get("/audit/").status_code == 302
        assert key_on(logged_in("amir", "auditors")) != key
    assert "amir" in capsys.readouterr().out


def test_a_session_whose_app_was_forgotten_has_ended() -> None:
    with time_machine.travel(NOON, tick=False):
        amir = logged_in("amir", "auditors")
        amir.post(PAGE, {"code": code_at(key_on(amir), NOON)})
        before = amir.session.session_key

        forget(User.objects.get(username="amir"))

        assert amir.get(PAGE)["Location"].startswith("/admin/login/")
        assert amir.get("/audit/").status_code == 302
        assert not Session.objects.filter(pk=before).exists()


def test_a_session_gets_another_key_with_the_second_factor() -> None:
    with time_machine.travel(NOON, tick=False):
        amir = logged_in("amir", "auditors")
        half_in = amir.session.session_key

        amir.post(PAGE, {"code": code_at(key_on(amir), NOON)})

        assert amir.session.session_key != half_in


def test_after_eight_hours_somebody_busy_says_again_who_they_are() -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        amir = logged_in("amir", "auditors")
        amir.post(PAGE, {"code": code_at(key_on(amir), NOON)})
        for minutes in range(14, 8 * 60, 14):
            clock.move_to(NOON + timedelta(minutes=minutes))
            assert amir.get("/audit/").status_code == 200

        clock.move_to(NOON + timedelta(hours=8))
        assert amir.get("/audit/").status_code == 302


def test_nobody_else_is_asked(client: Client) -> None:
    assert client.get("/").status_code == 200
    assert client.get(PAGE)["Location"].startswith("/admin/login/")
