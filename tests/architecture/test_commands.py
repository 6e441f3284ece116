"""What somebody types wrongly at a command is answered with a sentence, and nothing is written."""

import secrets
import sys
from datetime import UTC, datetime
from functools import partial
from io import StringIO

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

import manage
from ledger.models import Transfer
from ontwikkelrekening.citizens.keys import AnotherKey
from ontwikkelrekening.eligibility.models import Scheme
from ontwikkelrekening.staff import set_up_groups
from providers.models import Client
from tests.providers.world import de_linde

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["", "n" * 200, "a b", "a\x01b"])
def test_a_name_that_nobody_can_log_in_with(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAFF_PASSWORD", secrets.token_hex())

    with pytest.raises(CommandError, match="is no name to log in with: "):
        call_command("add_staff", f"{name}:auditors")

    assert not User.objects.exists()


def test_members_are_added_all_or_none(monkeypatch: pytest.MonkeyPatch) -> None:
    set_up_groups()
    monkeypatch.setenv("STAFF_PASSWORD", secrets.token_hex())

    with pytest.raises(
        CommandError, match=r"Nobody was added\. yy: there is no group nope; choose"
    ):
        call_command("add_staff", "xx:payment-officers", "yy:nope")

    assert not User.objects.exists()


def test_one_person_is_no_two_members_by_capitals(monkeypatch: pytest.MonkeyPatch) -> None:
    set_up_groups()
    monkeypatch.setenv("STAFF_PASSWORD", secrets.token_hex())
    call_command("add_staff", "ineke:payment-officers", stdout=StringIO())

    with pytest.raises(
        CommandError, match=r"Nobody was added\. Ineke: there is a member called ineke already"
    ):
        call_command("add_staff", "Ineke:payment-officers")

    call_command("add_staff", "ineke:auditors", stdout=StringIO())
    assert User.objects.get().username == "ineke"


def test_a_key_of_another_database_is_told_without_advice_to_try_things_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(argv: list[str]) -> None:
        raise AnotherKey("The key is another.")

    monkeypatch.delenv("ENVIRONMENT", raising=False)
    monkeypatch.setattr("django.core.management.execute_from_command_line", refuse)

    with pytest.raises(SystemExit) as ended:
        manage.main()

    assert ended.value.code == "The key is another."


def test_software_whose_secret_cannot_be_shown_is_not_added() -> None:
    class Closed(StringIO):
        def flush(self) -> None:
            raise BrokenPipeError

    provider = de_linde()

    with pytest.raises(BrokenPipeError):
        call_command("create_client", provider.kvk_number, stdout=Closed())

    assert not Client.objects.exists()


def test_a_seed_that_is_empty_draws_nothing() -> None:
    with pytest.raises(CommandError, match="seed die vooraf"):
        call_command("ask_evidence", "5", "--seed", " ")


@pytest.mark.parametrize("name", ["", " ", "n" * 999, "a\x01b"])
def test_a_name_that_no_software_can_have(name: str) -> None:
    provider = de_linde()

    with pytest.raises(CommandError, match="one line of 255 letters at most"):
        call_command("create_client", provider.kvk_number, "--name", name)

    assert not Client.objects.exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["10000000000.01"], "is more than one transfer can be"),
        (["1e30"], "1e30 is not an amount in euros"),
        (["inf"], "inf is not an amount in euros"),
        (["1.000"], r"1\.000 is not an amount in euros"),
        (["1,50"], "1,50 is not an amount in euros"),
        (["--", "-5"], "-5 is not an amount in euros"),
        (["0"], "moet meer dan nul zijn"),
        (["1", "--reference", "a\x01b"], "is not a reference"),
        (["1", "--reference", ""], "is not a reference"),
    ],
)
def test_money_that_cannot_be_made_available(options: list[str], said: str) -> None:
    Scheme.objects.create(code="landelijk", name="Landelijk")

    with pytest.raises(CommandError, match=said):
        call_command("make_available", "landelijk", *options)

    assert not Transfer.objects.exists()


@pytest.mark.usefixtures("in_english")
def test_money_under_one_reference_is_made_available_once_whatever_the_day() -> None:
    Scheme.objects.create(code="landelijk", name="Landelijk")
    make = partial(call_command, "make_available", "landelijk", reference="r1")
    with time_machine.travel(datetime(2026, 3, 1, 12, tzinfo=UTC), tick=False):
        make("1000")

    with time_machine.travel(datetime(2026, 3, 2, 12, tzinfo=UTC), tick=False):
        make("1000.00")
        with pytest.raises(CommandError, match=r"Reference r1: On March 1, 2026 .*1,000\.00"):
            make("2000")

    assert Transfer.objects.get().amount == 100_000


@pytest.mark.parametrize("wait", ["-1", "0", "nan", "x"])
def test_a_wait_that_is_none(wait: str) -> None:
    for command in ["top_up", "landelijk"], ["close_round", "voorjaar"]:
        with pytest.raises(CommandError, match="is not a number of seconds"):
            call_command(*command, f"--wait={wait}")


@pytest.mark.parametrize("year", ["0", "-1", "99999", "3000", "1899"])
def test_a_year_that_the_books_do_not_take(year: str) -> None:
    Scheme.objects.create(code="landelijk", name="Landelijk")

    with pytest.raises(CommandError, match="is not a year in 1900 to 2999"):
        call_command("open_data", "landelijk", "--", year)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["make_available", "lande\udcfflijk", "1"], r"^'lande\\udcfflijk' is no text in UTF-8\.$"),
        (["return_credit", "R-\udcff", "--why", "left"], r"^'R-\\udcff' is no text in UTF-8\.$"),
        (["forget_second_factor", "pe\udcfftra"], r"^'pe\\udcfftra' is no text in UTF-8\.$"),
        (["forget_second_factor", "pe\0tra"], r"^The database cannot hold that: .*NUL"),
    ],
    ids=range(4),
)
def test_an_argument_that_is_no_text(
    command: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["manage.py", *command])

    with pytest.raises(SystemExit, match=said):
        manage.main()
