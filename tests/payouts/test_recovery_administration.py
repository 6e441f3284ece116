"""Recovering and repaying in the administration: two reviewers decide, a payment officer books what comes in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ledger.closing import close_period
from ontwikkelrekening.payouts import recovering
from ontwikkelrekening.payouts.models import Payout, Repayment
from ontwikkelrekening.payouts.paying import (
    prepare_batch,
    release_batch,
    settle_batch,
)
from ontwikkelrekening.payouts.repaying import book_repayment
from providers import claiming
from providers.models import Claim, Recovery
from providers.owing import owed_by
from providers.states import ClaimState
from tests.audit.world import logged_in, say
from tests.budgets.world import LATER, World
from tests.payouts.world import AFTER, PAY_ON, approved_claim, released, reverse_approval

pytestmark = pytest.mark.django_db

CHANGED = "Dit is veranderd sinds u het opende. Lees het opnieuw."
REPAYMENTS = "/admin/payouts/repayment/"
BOOK = f"{REPAYMENTS}do/book"
WHY = {"reason": "De burger is nooit gekomen.", "heard": "De school noteerde een verkeerde naam."}


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel(AFTER):
        yield


def paid_claim(world: World) -> Claim:
    settle_batch(released(world), by="ineke", at=LATER)
    return Claim.objects.get()


def propose_page(claim: Claim) -> str:
    return f"/admin/providers/claim/{claim.pk}/do/recover"


def page(recovery: Recovery, act: str) -> str:
    return f"/admin/providers/recovery/{recovery.pk}/do/{act}"


def proposed(claim: Claim) -> Recovery:
    return claiming.propose_recovery(claim, **WHY, by="rosa", at=AFTER)


def state(claim: Claim) -> str:
    return Claim.objects.values_list("state", flat=True).get(pk=claim.pk)


def plain(said: str) -> str:
    return unescape(said).replace("\N{NO-BREAK SPACE}", " ")


def beside(field: str, said: str) -> str:
    """What the list of errors, at the top of the page, says of this field."""
    return plain(" ".join(re.findall(rf'<a href="#id_{field}">[^<]+</a>: ([^<]+)<', said)))


# Proposing and deciding


def test_one_reviewer_proposes_it_and_another_decides(world: World) -> None:
    claim = paid_claim(world)
    rosa, sam = logged_in("rosa", "reviewers"), logged_in("sam", "reviewers")

    asked = plain(rosa.get(propose_page(claim)).content.decode())
    told = say(rosa, propose_page(claim), **WHY)
    recovery = Recovery.objects.get()
    own = say(rosa, page(recovery, "agree"))
    assert state(claim) == ClaimState.PAID
    shown = plain(sam.get(page(recovery, "agree")).content.decode())
    agreed = plain(say(sam, page(recovery, "agree")))

    assert "Er verandert niets tot iemand anders akkoord geeft." in asked
    assert "De opleider leest dit." in asked
    assert "<dd>€ 150,00</dd>" in asked
    assert "De terugvordering is voorgesteld. Iemand anders moet akkoord geven." in told
    assert "Wie de terugvordering voorstelde, kan niet ook akkoord geven." in own
    for words in (*WHY.values(), "ROC Voorbeeld", "€ 150,00", "Betaald", "rosa"):
        assert words.lower() in shown.lower()
    assert "moet de opleider terugbetalen" in shown
    assert "ROC Voorbeeld moet in totaal nog € 150,00 terugbetalen." in agreed
    recovery.refresh_from_db()
    assert (recovery.proposed_by, recovery.agreed, recovery.answered_by) == ("rosa", True, "sam")
    assert state(claim) == ClaimState.RECOVERED


@pytest.mark.parametrize(
    ("without", "label"),
    [("reason", "Waarom de declaratie niet terecht was"), ("heard", "Wat de opleider zegt")],
)
def test_a_proposal_says_why_and_what_was_heard(world: World, without: str, label: str) -> None:
    claim = paid_claim(world)

    said = say(logged_in("rosa", "reviewers"), propose_page(claim), **{**WHY, without: " "})

    assert beside(without, said) == "Dit veld is vereist."
    assert label in said
    assert not Recovery.objects.exists()


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        ("reason", "Schrijf in hoogstens 500 letters waarom deze declaratie niet terecht was."),
        ("heard", "Schrijf in hoogstens 500 letters wat de opleider zegt"),
    ],
)
def test_what_nobody_sees_is_no_reason(world: World, field: str, sentence: str) -> None:
    claim = paid_claim(world)

    said = say(
        logged_in("rosa", "reviewers"), propose_page(claim), **{**WHY, field: "\u200b\u200e"}
    )

    assert sentence in beside(field, said)
    assert not Recovery.objects.exists()


def test_a_line_end_is_one_letter_as_in_the_browser(world: World) -> None:
    """A form posts each line end as two, and the browser lets 500 letters be written."""
    claim, lines = paid_claim(world), ["1234"] * 99 + ["12345"]
    rosa = logged_in("rosa", "reviewers")

    said = say(rosa, propose_page(claim), reason="\r\n".join(lines), heard="-")

    assert "is voorgesteld" in said
    assert Recovery.objects.get().reason == "\n".join(lines)


def test_the_page_of_a_claim_says_that_its_recovery_waits(world: World) -> None:
    claim, rosa = paid_claim(world), logged_in("rosa", "reviewers")

    def page_of_claim() -> str:
        said = rosa.get(f"/admin/providers/claim/{claim.pk}/change/").content.decode()
        return " ".join(re.sub("<[^>]+>", " ", said).split())

    before = page_of_claim()
    recovery = proposed(claim)
    waiting = page_of_claim()
    say(logged_in("sam", "reviewers"), page(recovery, "decline"))

    assert "Wacht op een tweede persoon: terugvordering, voorgesteld door rosa" in waiting
    for said in (before, page_of_claim()):
        assert "Wacht op een tweede persoon: -" in said


def test_only_what_was_approved_or_paid_can_be_proposed(world: World) -> None:
    claim = approved_claim(world)
    rosa = logged_in("rosa", "reviewers")
    page_of_claim = f"/admin/providers/claim/{claim.pk}/change/"
    batch = prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)

    assert "do/recover" in rosa.get(page_of_claim).content.decode()
    release_batch(batch, by="bas", at=LATER)

    assert "do/recover" not in rosa.get(page_of_claim).content.decode()
    assert CHANGED in say(rosa, propose_page(claim), **WHY)
    assert not Recovery.objects.exists()


def test_what_was_proposed_is_not_proposed_again_until_it_is_declined(world: World) -> None:
    claim = paid_claim(world)
    rosa, sam = logged_in("rosa", "reviewers"), logged_in("sam", "reviewers")
    say(rosa, propose_page(claim), **WHY)

    again = say(sam, propose_page(claim), **WHY)
    declined = say(sam, page(Recovery.objects.get(), "decline"))

    assert CHANGED in again
    assert "De declaratie blijft zoals die was." in declined
    assert state(claim) == ClaimState.PAID
    assert "is voorgesteld" in say(rosa, propose_page(claim), **WHY)
    assert Recovery.objects.count() == 2


def test_who_proposed_it_can_take_it_back(world: World) -> None:
    recovery = proposed(paid_claim(world))

    say(logged_in("rosa", "reviewers"), page(recovery, "decline"))

    recovery.refresh_from_db()
    assert (recovery.agreed, recovery.answered_by) == (False, "rosa")


@pytest.mark.parametrize("act", ["agree", "decline"])
@pytest.mark.parametrize("before", ["agree", "decline"])
def test_who_decides_late_reads_that_it_was_decided(world: World, before: str, act: str) -> None:
    recovery = proposed(paid_claim(world))
    sam, noor = logged_in("sam", "reviewers"), logged_in("noor", "reviewers")
    say(sam, page(recovery, before))

    assert CHANGED in say(noor, page(recovery, act))

    recovery.refresh_from_db()
    assert recovery.answered_by == "sam"


def test_the_second_decides_on_what_it_read(world: World) -> None:
    """It read that nothing was paid yet; meanwhile the bank paid, and then the provider would owe it."""
    claim = approved_claim(world)
    recovery, sam = proposed(claim), logged_in("sam", "reviewers")
    seen = sam.get(page(recovery, "agree")).context["seen"]
    batch = release_batch(prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER), by="bas", at=LATER)
    settle_batch(batch, by="ineke", at=LATER)

    said = say(sam, page(recovery, "agree"), seen=seen)

    assert CHANGED in said
    assert state(claim) == ClaimState.PAID
    assert "teruggevorderd" in say(sam, page(recovery, "agree"))


def test_a_claim_in_a_payment_waits(world: World) -> None:
    claim = approved_claim(world)
    recovery, sam = proposed(claim), logged_in("sam", "reviewers")
    batch = prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)

    prepared = say(sam, page(recovery, "agree"))
    release_batch(batch, by="bas", at=LATER)
    sent = say(sam, page(recovery, "agree"))

    assert "een betaalbestand dat is klaargezet. Trek dat bestand eerst in." in prepared
    assert "Wacht tot de bank heeft geantwoord." in sent
    recovery.refresh_from_db()
    assert recovery.agreed is None


def test_who_records_a_return_is_promised_no_payment_of_what_was_recovered(world: World) -> None:
    claim, ineke = paid_claim(world), logged_in("ineke", "payment-officers")
    recovering.agree(proposed(claim), by="sam", at=AFTER)
    payout = Payout.objects.get()
    address = f"/admin/payouts/paymentbatch/{payout.batch_id}/do/return"

    asked = ineke.get(address).content.decode()
    said = say(ineke, address, payout=payout.reference, reason="Rekening opgeheven")

    assert "Wat daarvan is teruggevorderd, is hiermee terugbetaald." in asked
    assert "Wat de opleider daarvan nog krijgt, wacht op het volgende betaalbestand." in said
    assert "De declaraties wachten" not in said


def test_what_was_reversed_by_hand_is_refused_in_words(world: World) -> None:
    claim = approved_claim(world)
    reverse_approval(claim)

    said = say(logged_in("rosa", "reviewers"), propose_page(claim), **WHY)

    assert "De boeking van deze declaratie is al teruggedraaid." in said


def test_what_waits_for_a_second_person_stands_first(world: World) -> None:
    first = paid_claim(world)
    say(logged_in("sam", "reviewers"), page(proposed(first), "agree"))
    second = approved_claim(world)
    proposed(second)
    ineke = logged_in("ineke", "payment-officers")

    rows = re.findall(
        rf">({first.pk}|{second.pk})<",
        ineke.get("/admin/providers/recovery/").content.decode(),
    )
    waiting = ineke.get("/admin/providers/recovery/?agreed__isnull=True").content.decode()
    found = ineke.get(f"/admin/providers/recovery/?q={first.pk}").content.decode()

    assert rows == [str(second.pk), str(first.pk)]
    assert str(second.pk) in waiting
    assert str(first.pk) not in waiting
    assert f">{second.pk}<" not in found
    assert f">{first.pk}<" in found


# Repaying


@pytest.fixture
def owing(world: World) -> World:
    """The provider owes EUR 150."""
    recovery = proposed(paid_claim(world))
    say(logged_in("sam", "reviewers"), page(recovery, "agree"))
    return world


def repay(browser: Client, **other: object) -> str:
    came_in = {"provider": "12345678", "amount": "150", "received_on": AFTER.date()}
    return plain(say(browser, BOOK, **{**came_in, "reference": "TERUG 1", **other}))


def test_what_comes_in_is_booked_and_the_rest_is_said(owing: World) -> None:
    ineke = logged_in("ineke", "payment-officers")

    asked = ineke.get(BOOK).content.decode()
    part = repay(ineke, provider=" 12345678 ", amount="€ 49,50")
    rest = repay(ineke, provider="12 34.56 78", amount="100.50", reference="TERUG 2")
    listed = plain(ineke.get(REPAYMENTS).content.decode())

    assert "Op het bankafschrift staat dat een opleider iets terugbetaalde" in asked
    assert "€ 49,50 van ROC Voorbeeld is geboekt." in part
    assert "De opleider moet in totaal nog € 100,50 terugbetalen." in part
    assert "De opleider moet in totaal nog € 0,00 terugbetalen." in rest
    for words in ("ROC Voorbeeld", "€ 49,50", "7 februari 2026", "TERUG 1", "ineke"):
        assert words in listed
    assert owed_by(owing.provider) == 0
    for wanted, number in (("ROC", 2), ("12345678", 2), ("terug 2", 1), ("niets", 0)):
        found = ineke.get(REPAYMENTS, {"q": wanted}).content.decode()
        assert found.count("TERUG ") - found.count('value="TERUG ') == number, wanted


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"provider": "87654321"}, "We kennen geen opleider met dit KvK-nummer."),
        ({"provider": "ROC Voorbeeld\x00"}, "Null-tekens zijn niet toegestaan."),
        ({"provider": " "}, "Dit veld is vereist."),
        ({"amount": "1.000"}, "Vul een bedrag in euro’s in, zoals 260,00."),
        ({"amount": "-1"}, "Vul een bedrag in euro’s in, zoals 260,00."),
        ({"amount": "10000000000"}, "Vul een bedrag in euro’s in, zoals 260,00."),
        ({"amount": "9999999999,99"}, "Zo veel hoeft de opleider niet terug te betalen."),
        ({"amount": ""}, "Dit veld is vereist."),
        ({"amount": "0,00"}, "Een bedrag is meer dan nul."),
        ({"amount": "150,01"}, "terug te betalen. Die moet nog € 149,50 terugbetalen."),
        ({"received_on": "gisteren"}, "Voer een geldige datum in."),
        ({"received_on": AFTER.date() + timedelta(days=1)}, "Deze dag moet nog komen."),
        (
            {"received_on": AFTER.date() - timedelta(days=1)},
            "Op deze dag was van deze opleider nog niets teruggevorderd.",
        ),
        ({"reference": "  "}, "Dit veld is vereist."),
        ({"reference": "x" * 141}, "140 tekens"),
        ({"reference": " EERDER"}, "Van deze opleider is op deze dag al een terugbetaling met"),
    ],
)
def test_what_cannot_be_booked_is_said_beside_its_field(
    owing: World, wrong: dict[str, object], sentence: str
) -> None:
    ineke = logged_in("ineke", "payment-officers")
    repay(ineke, amount="0,50", reference="EERDER")
    (field,) = wrong

    said = repay(ineke, **{"amount": "100", **wrong})

    assert sentence in beside(field, said)
    assert (Repayment.objects.count(), owed_by(owing.provider)) == (1, 14_950)


def test_the_last_day_that_can_be_booked_is_today_and_the_first_is_open(owing: World) -> None:
    closed = AFTER.date() + timedelta(days=20)
    close_period(through=closed)

    with time_machine.travel(AFTER + timedelta(days=30)):
        ineke = logged_in("ineke", "payment-officers")
        late = repay(ineke, amount="1", received_on=closed)
        repay(ineke, amount="1", received_on=closed + timedelta(days=1))
        repay(ineke, amount="1", received_on=AFTER.date() + timedelta(days=30))

    assert "De boeken van deze dag zijn gesloten." in beside("received_on", late)
    assert owed_by(owing.provider) == 14_800


def test_the_page_of_a_repayment_has_one_thing_called_reference(owing: World) -> None:
    repay(logged_in("ineke", "payment-officers"), amount="1")
    address = f"{REPAYMENTS}{Repayment.objects.get().pk}/change/"

    said = logged_in("bas", "payment-officers").get(address).content.decode()

    assert said.count("Kenmerk:") == 1


# Withdrawing what was booked wrongly


def withdraw_page(repayment: Repayment) -> str:
    return f"{REPAYMENTS}{repayment.pk}/do/withdraw"


def test_what_was_booked_wrongly_is_withdrawn_with_a_reason(owing: World) -> None:
    ineke = logged_in("ineke", "payment-officers")
    repay(ineke, amount="49,50")
    repayment = Repayment.objects.get()

    asked = plain(ineke.get(withdraw_page(repayment)).content.decode())
    said = plain(say(ineke, withdraw_page(repayment), reason="Van een andere opleider."))
    listed = plain(ineke.get(REPAYMENTS).content.decode())
    shown = plain(ineke.get(f"{REPAYMENTS}{repayment.pk}/change/").content.decode())

    assert "De opleider moet dit weer terugbetalen." in asked
    assert "TERUG 1" in asked
    assert "Het is ingetrokken. ROC Voorbeeld moet in totaal nog € 150,00" in said
    for words in ("Van een andere opleider.", "ineke"):
        assert words in listed
        assert words in shown
    assert "do/withdraw" not in shown
    assert owed_by(owing.provider) == 15_000


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (" ", "Dit veld is vereist."),
        ("\u200b", "Schrijf in hoogstens 200 letters wat verkeerd is geboekt."),
        ("x" * 201, "200 tekens"),
    ],
)
def test_a_withdrawal_says_why(owing: World, reason: str, sentence: str) -> None:
    ineke = logged_in("ineke", "payment-officers")
    repay(ineke, amount="1")

    said = say(ineke, withdraw_page(Repayment.objects.get()), reason=reason)

    assert sentence in beside("reason", said)
    assert owed_by(owing.provider) == 14_900


def test_who_withdraws_late_reads_that_it_was_withdrawn(owing: World) -> None:
    ineke, bas = (logged_in(name, "payment-officers") for name in ("ineke", "bas"))
    repay(ineke, amount="1")
    address = withdraw_page(Repayment.objects.get())
    say(ineke, address, reason="Dubbel.")

    assert CHANGED in say(bas, address, reason="Van een ander.")

    assert Repayment.objects.get().withdrawn_by == "ineke"
    assert owed_by(owing.provider) == 15_000


# Who is late

DEBTORS = "/admin/payouts/debtor/"


def test_a_payment_officer_reads_who_is_past_the_last_day(owing: World) -> None:
    def queue() -> bool:
        return (
            "Opleiders die te laat zijn met terugbetalen" in ineke.get("/admin/").content.decode()
        )

    ineke = logged_in("ineke", "payment-officers")
    in_time = plain(ineke.get(DEBTORS).content.decode())
    last_day = AFTER + timedelta(days=44)  # six weeks from a Saturday end on a Monday
    with time_machine.travel(last_day):
        ineke = logged_in("ineke", "payment-officers")
        assert not queue()
        assert "ROC Voorbeeld" not in ineke.get(f"{DEBTORS}?late=yes").content.decode()
    with time_machine.travel(last_day + timedelta(days=1)):
        ineke = logged_in("ineke", "payment-officers")
        assert queue()
        late = plain(ineke.get(f"{DEBTORS}?late=yes").content.decode())
        shown = plain(ineke.get(f"{DEBTORS}{owing.provider.pk}/change/").content.decode())
        of_provider = plain(
            ineke.get(f"/admin/providers/provider/{owing.provider.pk}/change/").content.decode()
        )
        repay(ineke, amount="150")
        assert not queue()
        assert "ROC Voorbeeld" not in ineke.get(DEBTORS).content.decode()

    for words in ("ROC Voorbeeld", "€ 150,00", "€ 0,00", "23 maart 2026"):
        assert words in in_time
    for said in (late, shown):
        assert said.count("€ 150,00") == 2
        assert "23 maart 2026" in said
    assert of_provider.count("€ 150,00") == 2


# Who may

ACTS = [
    ("claim", "recover", {"reviewers"}),
    ("recovery", "agree", {"reviewers"}),
    ("recovery", "decline", {"reviewers"}),
    ("repayment", "book", {"payment-officers"}),
    ("repayment", "withdraw", {"payment-officers"}),
]
GROUPS = [
    *("auditors", "policy-officers", "payment-officers"),
    *("reviewers", "provider-officers", "privacy-officers"),
]


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize(("what", "act", "allowed"), ACTS)
def test_an_act_is_for_its_own_role(
    world: World, what: str, act: str, allowed: set[str], group: str
) -> None:
    claim = paid_claim(world)
    address = {
        "claim": lambda: propose_page(claim),
        "recovery": lambda: page(proposed(claim), act),
        "repayment": lambda: BOOK if act == "book" else withdraw_page(repaid_by(claim)),
    }[what]()
    browser = logged_in("iemand", group)

    assert browser.get(address).status_code == (200 if group in allowed else 403)
    if group not in allowed:
        assert browser.post(address, WHY).status_code == 403
    assert not Repayment.objects.exclude(withdrawn_at=None).exists()
    assert what == "repayment" or not Recovery.objects.exclude(agreed=None).exists()


def repaid_by(claim: Claim) -> Repayment:
    recovering.agree(proposed(claim), by="sam", at=AFTER)
    return book_repayment(
        claim.provider, claim.amount, received_on=AFTER.date(), reference="x", by="bas", at=AFTER
    )


@pytest.mark.parametrize("group", GROUPS)
def test_recoveries_and_repayments_are_shown_to_who_works_with_them(
    owing: World, group: str
) -> None:
    recovery, repaid = Recovery.objects.get(), uuid4()
    browser = logged_in("iemand", group)
    pages = {
        "/admin/providers/recovery/": {"reviewers", "payment-officers"},
        f"/admin/providers/recovery/{recovery.pk}/change/": {"reviewers", "payment-officers"},
        REPAYMENTS: {"payment-officers"},
        f"{REPAYMENTS}{repaid}/history/": {"payment-officers"},
        DEBTORS: {"payment-officers"},
        f"{DEBTORS}{owing.provider.pk}/change/": {"payment-officers"},
    }

    for address, allowed in pages.items():
        assert (browser.get(address).status_code != 403) == (group in allowed), address


def test_a_payment_officer_reads_a_recovery_and_decides_nothing(world: World) -> None:
    recovery = proposed(paid_claim(world))
    address = f"/admin/providers/recovery/{recovery.pk}/change/"

    officer = logged_in("ineke", "payment-officers").get(address).content.decode()
    reviewer = logged_in("sam", "reviewers").get(address).content.decode()

    assert WHY["heard"] in officer
    assert "/do/" not in officer
    assert "do/agree" in reviewer
    assert "do/decline" in reviewer


def test_the_lists_ask_the_same_number_of_queries_however_long(
    owing: World, admin_client: Client
) -> None:
    lists = ("/admin/providers/recovery/", REPAYMENTS, "/admin/providers/claim/", DEBTORS)
    ineke = logged_in("ineke", "payment-officers")
    repay(ineke, amount="1")
    before = [queries_of(admin_client, each) for each in lists]
    for number in range(3):
        proposed(approved_claim(owing))
        repay(ineke, amount="1", reference=f"NOG {number}")

    assert [queries_of(admin_client, each) for each in lists] == before


def queries_of(browser: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(address).status_code == 200
    return len(queries)
