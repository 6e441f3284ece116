"""Staff's pages in a real browser: no violation of axe-core and nothing that scrolls sideways."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connection, connections
from django.urls import reverse
from django.utils import timezone
from djmoney.money import Money
from playwright.sync_api import Browser, Locator, Page

from ledger.models import Booking
from ontwikkelrekening.citizens.evidence import ask_sample, hand_in
from ontwikkelrekening.citizens.models import Circumstance, Citizen
from ontwikkelrekening.eligibility.models import Decision, Policy
from ontwikkelrekening.payouts import recovering, writing_off
from ontwikkelrekening.payouts.models import BankEntry
from ontwikkelrekening.payouts.paying import prepare_batch, release_batch, settle_batch
from ontwikkelrekening.payouts.repaying import book_repayment
from ontwikkelrekening.payouts.withdrawing import withdraw
from providers import claiming, suspending
from providers.models import Claim, Provider, Review
from tests.audit.test_pages import FILES, addresses
from tests.audit.world import Year, claim, enrol, play_a_year, play_on
from tests.browser.conftest import _maintain, _served
from tests.browser.looking import PHONE, SCREEN, Look, problems_of, visitor
from tests.budgets.world import AT, LATER, ON, staff
from tests.payouts.world import AFTER, PAY_ON
from tests.providers.world import de_linde, suspended

pytestmark = pytest.mark.browser
PASSWORD = "een lang wachtwoord"
LONG = ("Niemand met deze code kwam naar de bijeenkomsten. " * 10).strip()
DOWNLOADS = (*FILES, "transfer-proof", "account-proof")


@dataclass(frozen=True)
class Office:
    """Where staff work, and the address of each of their pages."""

    url: str
    audit: dict[str, str]
    administration: dict[str, str]


@pytest.fixture(scope="module")
def office(
    browser: Browser, django_db_blocker: pytest.FixtureRequest, monkeypatch_module: None
) -> Iterator[Office]:
    """A played year on a database of its own, served as production does."""
    citizens_database = str(connection.settings_dict["NAME"])  # the site's, while it is served
    template = citizens_database.rpartition("_")[0]
    name = f"{template}_{uuid.uuid4().hex[:8]}"
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        connections.close_all()
        _maintain(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        connection.settings_dict["NAME"] = name
        try:
            year = play_on(play_a_year())
            for person, group in (("amir", "auditors"), ("root", "auditors")):
                user = staff(person, group)
                user.is_superuser = person == "root"
                user.password = PBKDF2PasswordHasher().encode(PASSWORD, "salt")  # as it is served
                user.save()
            pages, administration = addresses(year), pages_of_staff(year)
            recovered = Claim.objects.get(state="recovered").pk
            pages["recovered claim"] = reverse("audit:claim", args=[recovered])
            pages |= {"open data": "/open-data/", "open reach": f"/open-data/landelijk/{ON.year}/"}
            connections.close_all()
            with _served(name) as url:
                yield Office(url, pages, administration)
        finally:
            connections.close_all()
            connection.settings_dict["NAME"] = citizens_database
            _maintain(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="module")
def monkeypatch_module() -> Iterator[None]:
    """The browser's driver runs an event loop in this thread; the database does not mind."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    yield
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def pages_of_staff(year: Year) -> dict[str, str]:
    """The lists, the things and the acts of the administration."""
    refusal = Decision.objects.get(account_code=year.willem)
    draft = Policy.objects.get(version=2)
    citizen = Citizen.objects.get(account_code=year.world.fatima)
    review = Review.objects.get()
    ask_sample(per_cent=100, seed="1", on=ON)
    fact = Circumstance.objects.get(citizen=citizen, kind="contract")
    hand_in(fact, b"%PDF-1.7", at=AT)
    assert year.round is not None
    assert year.objection is not None
    return {
        "index": reverse("admin:index"),
        "policies": "/admin/eligibility/policy/",
        "policy": f"/admin/eligibility/policy/{draft.pk}/change/",
        "draft": f"/admin/eligibility/policy/{draft.pk}/do/change",
        "refusals": "/admin/eligibility/decision/?waiting=yes",
        "decision": f"/admin/eligibility/decision/{refusal.pk}/change/",
        "hardship": f"/admin/eligibility/decision/{refusal.pk}/do/deviate",
        "objections": "/admin/eligibility/objection/",
        "objection": f"/admin/eligibility/objection/{year.objection.pk}/change/",
        "runs": "/admin/budgets/topuprun/",
        "start": "/admin/budgets/topuprun/do/start",
        "prepare round": "/admin/budgets/round/do/prepare",
        "round": f"/admin/budgets/round/{year.round.pk}/change/",
        "pauses": "/admin/budgets/pause/",
        "pause": "/admin/budgets/pause/do/pause",
        "files": "/admin/budgets/contributionfile/",
        "contribute": f"/admin/budgets/fund/{year.world.fund.pk}/do/contribute",
        "batches": "/admin/payouts/paymentbatch/",
        "batch": f"/admin/payouts/paymentbatch/{year.batch.pk}/change/",
        "prepare payments": "/admin/payouts/paymentbatch/do/prepare",
        "review": f"/admin/providers/review/{review.pk}/change/",
        "refuse": f"/admin/providers/review/{review.pk}/do/refuse",
        "admit": "/admin/providers/provider/do/admit",
        "citizens": "/admin/citizens/citizen/",
        "citizen": f"/admin/citizens/citizen/{citizen.pk}/change/",
        "erase": f"/admin/citizens/citizen/{citizen.pk}/do/erase",
        "evidence": "/admin/citizens/circumstance/",
        "evidence to judge": f"/admin/citizens/circumstance/{fact.pk}/change/",
        "judging": f"/admin/citizens/circumstance/{fact.pk}/do/falls",
        "extract": "/admin/citizens/circumstance/do/import",
        "booking": f"/admin/ledger/booking/{Booking.objects.earliest('booked_at').pk}/change/",
        **_of_the_bank(),
        **_recovered(year),
        **_held(year.world.provider),
    }


def _of_the_bank() -> dict[str, str]:
    entry = BankEntry.objects.get(became="unknown")
    return {
        "statements": "/admin/payouts/bankstatement/",
        "take in": "/admin/payouts/bankstatement/do/take-in",
        "statement": f"/admin/payouts/bankstatement/{entry.statement_id}/change/",
        "entries": "/admin/payouts/bankentry/?became__exact=unknown",
        "entries of one": f"/admin/payouts/bankentry/?statement={entry.statement}",
        "entry": f"/admin/payouts/bankentry/{entry.pk}/change/",
        "explain": f"/admin/payouts/bankentry/{entry.pk}/do/explain",
    }


def _recovered(year: Year) -> dict[str, str]:
    """Of claims in a row: one recovered and in part repaid, one proposed to be, one that can be."""
    taken, waits, paid = (
        claim(year.world, enrol(year.world, year.world.henk), "start", 150, at=LATER)
        for _ in range(3)
    )
    batch = prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)
    settle_batch(release_batch(batch, by="bas", at=LATER), by="bas", at=LATER)
    said: dict[str, Any] = {"reason": LONG, "heard": LONG, "by": "rosa", "at": AFTER}
    claiming.decline_recovery(claiming.propose_recovery(taken, **said), by="sam", at=AFTER)
    recovering.agree(claiming.propose_recovery(taken, **said), by="sam", at=AFTER)
    repayment = book_repayment(
        year.world.provider, Money("50", "EUR"), received_on=AFTER.date(), reference="X" * 50, by="ineke", at=AFTER
    )  # fmt: skip
    wrong = book_repayment(
        year.world.provider, Money("1", "EUR"), received_on=AFTER.date(), reference="X", by="ineke", at=AFTER
    )  # fmt: skip
    withdraw(wrong, reason=LONG[:200], by="ineke", at=AFTER)
    recovery = claiming.propose_recovery(waits, **said)
    write_off = writing_off.propose(
        year.world.provider, Money("10", "EUR"), reason=LONG, by="ineke", at=AFTER
    )
    return {
        "recoveries": "/admin/providers/recovery/",
        "recovery": f"/admin/providers/recovery/{recovery.pk}/change/",
        "agree to a recovery": f"/admin/providers/recovery/{recovery.pk}/do/agree",
        "recovered": f"/admin/providers/recovery/{taken.recoveries.get(agreed=True).pk}/change/",
        "claims": "/admin/providers/claim/",
        "claim": f"/admin/providers/claim/{waits.pk}/change/",
        "propose to recover": f"/admin/providers/claim/{paid.pk}/do/recover",
        "repayments": "/admin/payouts/repayment/",
        "repayment": f"/admin/payouts/repayment/{repayment.pk}/change/",
        "book a repayment": "/admin/payouts/repayment/do/book",
        "withdraw a repayment": f"/admin/payouts/repayment/{repayment.pk}/do/withdraw",
        "withdrawn repayment": f"/admin/payouts/repayment/{wrong.pk}/change/",
        "debtors": "/admin/payouts/debtor/",
        "debtor": f"/admin/payouts/debtor/{year.world.provider.pk}/change/",
        "write off": f"/admin/payouts/debtor/{year.world.provider.pk}/do/write-off",
        "remind all": "/admin/payouts/debtor/do/remind-all",
        "write-offs": "/admin/payouts/writeoff/",
        "write-off": f"/admin/payouts/writeoff/{write_off.pk}/change/",
        "agree to a write-off": f"/admin/payouts/writeoff/{write_off.pk}/do/agree",
    }


def _held(provider: Provider) -> dict[str, str]:
    """Payments to the provider were suspended before and are now; to another one it is proposed."""
    now = timezone.now()
    suspending.lift(suspended(provider, reason=LONG, at=now), by="sam", at=now)
    held = suspended(provider, reason=LONG, at=now)
    other = de_linde()
    waits = suspending.propose(other, reason=LONG, until=held.until, by="rosa", at=now)
    return {
        "suspensions": "/admin/providers/suspension/",
        "suspension": f"/admin/providers/suspension/{held.pk}/change/",
        "lift": f"/admin/providers/suspension/{held.pk}/do/lift",
        "agree to a suspension": f"/admin/providers/suspension/{waits.pk}/do/agree",
        "suspended provider": f"/admin/providers/provider/{provider.pk}/change/",
        "propose to suspend": f"/admin/providers/provider/{de_linde('De Eik').pk}/do/suspend",
    }


@contextmanager
def at_work(browser: Browser, office: Office, *, name: str, language: str = "nl") -> Iterator[Page]:
    with visitor(browser, office.url, language=language) as page:
        page.goto("/admin/login/?next=/audit/")
        page.fill("#id_username", name)
        page.fill("#id_password", PASSWORD)
        page.click("main button")
        page.wait_for_url(f"{office.url}/audit/")
        yield page


@pytest.mark.parametrize(("language", "looks"), [("nl", (PHONE, SCREEN)), ("en", (SCREEN,))])
def test_every_audit_page_is_accessible_and_fits(
    browser: Browser, office: Office, language: str, looks: tuple[Look, ...]
) -> None:
    pages = {name: path for name, path in office.audit.items() if name not in DOWNLOADS}
    with at_work(browser, office, name="amir", language=language) as page:
        assert problems_of(page, pages, *looks) == {}


def test_every_page_of_the_administration_is_accessible_and_fits(
    browser: Browser, office: Office
) -> None:
    with at_work(browser, office, name="root") as page:
        assert problems_of(page, office.administration, PHONE, SCREEN) == {}


def test_the_login_and_the_refusal_are_accessible(browser: Browser, office: Office) -> None:
    with visitor(browser, office.url) as page:
        assert problems_of(page, {"login": "/admin/login/"}, PHONE, SCREEN) == {}
    with at_work(browser, office, name="amir") as page:
        refused = {"not for auditors": "/admin/payouts/paymentbatch/"}
        assert problems_of(page, refused, PHONE, SCREEN) == {}


def test_a_chart_says_its_figures_as_text_and_draws_its_bars(
    browser: Browser, office: Office
) -> None:
    with at_work(browser, office, name="amir") as page:
        page.goto("/audit/funds/landelijk")

        bars = page.get_by_role("listitem").filter(has=page.locator(".chart__bar"))
        paid = bars.filter(has_text="Betaald")
        assert "€" in paid.inner_text()
        bar, track = (paid.locator(f".chart__{part}") for part in ("bar", "track"))
        assert 0 < width_of(bar) < width_of(track)


def width_of(part: Locator) -> float:
    box = part.bounding_box()
    return box["width"] if box else 0.0
