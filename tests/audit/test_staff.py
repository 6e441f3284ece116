"""Staff: groups and their rights, logging in, and a refusal that says whom to ask."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db.models import Model
from django.test import Client
from django.utils import timezone

from ontwikkelrekening.staff import RIGHTS, set_up_groups
from tests.audit.world import logged_in
from tests.budgets.world import staff

pytestmark = pytest.mark.django_db
PASSWORD = "een lang wachtwoord"


@pytest.fixture
def amir(db: None) -> dict[str, str]:
    """What amir fills in to log in."""
    member = staff("amir", "auditors")
    member.set_password(PASSWORD)
    member.save()
    return {"username": "amir", "password": PASSWORD}


def test_every_group_has_exactly_its_rights() -> None:
    Group.objects.get(name="auditors").permissions.add(
        Group.objects.get(name="reviewers").permissions.first()  # type: ignore[arg-type]
    )

    set_up_groups()

    for name, rights in RIGHTS.items():
        held = Group.objects.get(name=name).permissions.select_related("content_type")
        assert {f"{x.content_type.app_label}.{x.codename}" for x in held} == set(rights)


def test_no_group_may_change_the_ledger_or_users() -> None:
    for rights in RIGHTS.values():
        for right in rights:
            assert not right.startswith(("auth.", "ledger."))


def test_logging_in_is_in_our_style_and_leads_back(client: Client, amir: dict[str, str]) -> None:
    page = client.get("/admin/login/?next=/audit/").content.decode()

    answer = client.post(
        "/admin/login/?next=/audit/",
        {"username": "amir", "password": PASSWORD, "next": "/audit/"},
    )

    assert "portal/site.css" in page
    assert (answer.status_code, answer["Location"]) == (302, "/audit/")


def test_a_wrong_password_is_said_in_the_title_and_where_one_is(
    client: Client, amir: dict[str, str]
) -> None:
    answer = client.post(
        "/admin/login/",
        {**amir, "password": "mis"},
        headers={"accept-language": "nl"},
    )

    page = answer.content.decode()
    assert "<title>Fout: " in page
    assert 'id="login-error" tabindex="-1" autofocus' in page


def test_who_reads_english_is_told_that_the_administration_is_dutch(client: Client) -> None:
    for language, told in (("en", True), ("nl", False)):
        page = client.get("/admin/login/", headers={"accept-language": language})
        assert ("The administration is in Dutch." in page.content.decode()) is told


def test_five_wrong_passwords_lock_the_door(client: Client, amir: dict[str, str]) -> None:
    for _ in range(5):
        answer = client.post("/admin/login/", {"username": "amir", "password": "verkeerd"})
    right = client.post("/admin/login/", amir)

    assert answer.status_code == right.status_code == 429
    assert "Wacht een kwartier" in right.content.decode()


def test_many_names_from_one_address_lock_that_address(
    client: Client, amir: dict[str, str]
) -> None:
    page = "/admin/login/"

    tries = [
        client.post(
            page, {"username": f"name{number}", "password": "verkeerd"}, REMOTE_ADDR="192.0.2.1"
        )
        for number in range(50)
    ]
    assert [each.status_code for each in tries] == [200] * 49 + [429]

    assert client.post(page, amir, REMOTE_ADDR="192.0.2.1").status_code == 429
    assert client.post(page, amir, REMOTE_ADDR="192.0.2.2").status_code == 302


def test_a_name_guessed_elsewhere_is_not_locked_here(client: Client, amir: dict[str, str]) -> None:
    page = "/admin/login/"

    for number in range(60):
        wrong = {"username": "amir", "password": "verkeerd"}
        client.post(page, wrong, REMOTE_ADDR=f"192.0.2.{1 + number // 5}")

    assert client.post(page, amir, REMOTE_ADDR="192.0.2.200").status_code == 302


def test_an_address_that_guessed_may_try_again_after_a_quarter_of_an_hour(
    client: Client, amir: dict[str, str]
) -> None:
    for number in range(50):
        client.post("/admin/login/", {"username": f"name{number}", "password": "verkeerd"})

    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        right = client.post("/admin/login/", amir)

    assert right.status_code == 302


def test_a_page_of_another_role_says_whom_to_ask(db: None) -> None:
    petra = logged_in("petra", "policy-officers")

    answer = petra.get("/admin/payouts/paymentbatch/")

    assert answer.status_code == 403
    assert "functioneel beheerder" in answer.content.decode()


def test_logging_out_ends_the_session(db: None) -> None:
    amir = logged_in("amir", "auditors")

    amir.post("/admin/logout/")

    assert amir.get("/audit/").status_code == 302


def test_the_administration_needs_staff(client: Client) -> None:
    assert client.get("/admin/")["Location"].startswith("/admin/login/")
    assert logged_in("fatima", is_staff=False).get("/admin/").status_code == 302


READ_ONLY = [model for model in admin.site._registry if model._meta.app_label != "auth"]


@pytest.mark.parametrize("model", READ_ONLY, ids=lambda model: model._meta.label_lower)
def test_not_even_a_superuser_changes_anything_but_by_an_act(
    model: type[Model], rf: pytest.FixtureRequest, admin_client: Client
) -> None:
    if model._meta.app_label in ("axes", "oauth2_provider"):
        pytest.skip("a library's own")
    address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"

    assert admin_client.get(address).status_code == 200
    assert admin_client.get(f"{address}add/").status_code == 403


def test_who_acted_is_not_removed(admin_client: Client) -> None:
    member = User.objects.create(username="ineke", is_staff=True)
    answer = admin_client.post(f"/admin/auth/user/{member.pk}/delete/", {"post": "yes"})

    assert answer.status_code == 403
    assert User.objects.filter(pk=member.pk).exists()


def test_tokens_and_their_library_are_not_in_the_administration() -> None:
    names = {model._meta.model_name for model in admin.site._registry}

    assert not names & {"accesstoken", "refreshtoken", "grant", "idtoken"}
