"""Money of others: what they allow, what becomes of it, and where it goes back to."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from djmoney.money import Money

from ledger.checking import check_ledger
from ontwikkelrekening.budgets.accounts import overview
from ontwikkelrekening.budgets.contributing import (
    AlreadyTakenIn,
    Contributed,
    FileReferenceIsTaken,
    SamePerson,
    UnusableFile,
    contribute,
    hand_in,
    take_in,
)
from ontwikkelrekening.budgets.expiring import expire
from ontwikkelrekening.budgets.funders import FunderDetails, open_funder, statement_of
from ontwikkelrekening.budgets.models import ContributionFile, Fund, ReturnRule, Tranche
from ontwikkelrekening.budgets.reserving import agree, cancel, quote
from ontwikkelrekening.budgets.returning import return_credit
from ontwikkelrekening.budgets.terms import NoTerms
from ontwikkelrekening.budgets.topping_up import start_run
from ontwikkelrekening.eligibility.example import EXAMPLE
from ontwikkelrekening.eligibility.models import Policy
from ontwikkelrekening.eligibility.policies import NoPolicy, Setting, approve, draft, propose
from ontwikkelrekening.staff import set_up_groups
from providers import claiming
from providers.enrolling import redeem
from tests.budgets.world import (
    APPROVED_AT,
    AT,
    LATER,
    ON,
    STARTS_ON,
    World,
    course,
    give,
    left,
    left_on,
    staff,
)

pytestmark = pytest.mark.django_db


def employer(world: World, **changes: object) -> Fund:
    """Bakkerij Jansen pays courses and modules, for two calendar years."""
    values: dict[str, object] = {
        "code": "bakkerij",
        "name": "Bakkerij Jansen",
        "kind": "employer",
        "categories": ["course", "module"],
        "years_valid": 2,
        "follows": world.scheme,
    }
    details = FunderDetails(**{**values, **changes})  # type: ignore[arg-type]
    return open_funder(details, at=AT, change=bool(changes))


def lines(*rows: str) -> str:
    return "\n".join(["account,amount,reference,categories,valid_until", *rows])


def test_a_contribution_comes_from_the_bank_through_the_fund_to_the_citizen(world: World) -> None:
    fund = employer(world)

    done = contribute(
        fund, lines(f"{world.fatima},250.00,F1,,", f"{world.henk},100,F2,module,2026-06-30"),
        on=ON, at=AT,
    )  # fmt: skip

    hers, his = Tranche.objects.order_by("-granted")
    assert done == Contributed(2, 0, 35_000)
    assert (left("bank"), left("fund:bakkerij")) == (35_000, 0)
    assert (left_on(hers), hers.categories, hers.expires_on) == (
        25_000,
        ["course", "module"],
        date(2027, 12, 31),
    )
    assert (left_on(his), his.categories, his.expires_on) == (
        10_000,
        ["module"],
        date(2026, 6, 30),
    )


def test_the_same_file_again_changes_nothing(world: World) -> None:
    fund = employer(world)
    file = lines(f"{world.fatima},250.00,F1,,")
    contribute(fund, file, on=ON, at=AT)

    assert contribute(fund, file, on=ON, at=AT) == Contributed(0, 1, 0)
    assert Tranche.objects.count() == 1


def test_the_same_file_again_after_its_last_day_or_an_end_changes_nothing(world: World) -> None:
    fund = employer(world)
    rows = [f"{world.fatima},250.00,F1,,2026-06-30", f"{world.henk},100.00,F2,,"]
    contribute(fund, lines(*rows), on=ON, at=AT)
    return_credit(world.henk, why="left", on=ON, at=AT)
    after = date(2026, 7, 1)

    assert contribute(fund, lines(*rows), on=after, at=LATER) == Contributed(0, 2, 0)
    more = [f"{world.fatima},250.00,F3,,2026-06-30", f"{world.henk},100.00,F4,,"]
    with pytest.raises(UnusableFile) as refused:
        contribute(fund, lines(*rows, *more), on=after, at=LATER)

    assert [(each.line, each.field) for each in refused.value.faults] == [
        (4, "valid_until"),
        (5, "account"),
    ]


def test_a_file_with_mistakes_is_refused_whole_and_each_is_named(world: World) -> None:
    fund = employer(world)

    with pytest.raises(UnusableFile) as refused:
        contribute(
            fund,
            lines(
                f"{world.fatima},250.00,F1,,",
                "R-NONE-NONE,250.00,F2,,",
                f"{world.henk},-5,F3,,",
                f"{world.henk},1.005,F4,,",
                f"{world.henk},10,F1,,",
                f"{world.henk},10,F5,childcare,",
                f"{world.henk},10,F6,,2025-12-31",
                f"{world.henk},10,F7,,soon",
                f"{world.henk},10,,,",
            ),
            on=ON,
            at=AT,
        )

    assert [(each.line, each.field) for each in refused.value.faults] == [
        (3, "account"),
        (4, "amount"),
        (5, "amount"),
        (6, "reference"),
        (7, "categories"),
        (8, "valid_until"),
        (9, "valid_until"),
        (10, "reference"),
    ]
    assert not Tranche.objects.exists()


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("{},1,000.00,F1,,", ""),  # a comma too many would make it one euro
        ("{},NaN,F1,,", "amount"),
        ("{},1e3,F1,,", "amount"),
        ("{},99999999999,F1,,", "amount"),
        ("{},0.00,F1,,", "amount"),
        ("{},١٠,F1,,", "amount"),
        ("{}\x00,10,F1,,", ""),
    ],
)
def test_what_looks_like_an_amount_and_is_none_is_refused(
    world: World, row: str, field: str
) -> None:
    with pytest.raises(UnusableFile) as refused:
        contribute(employer(world), lines(row.format(world.fatima)), on=ON, at=AT)

    first = refused.value.faults[0]
    assert (first.line, first.field) == (2, field)


@pytest.mark.parametrize(
    ("text", "line", "field", "reason"),
    [
        ("account,amount,reference" + "," * 200_000, 1, "", "is langer dan"),
        ("account,amount,reference,amount\n{},10,F1,99", 1, "amount", "twee keer"),
        ("account,amount,reference,valid-until\n{},10,F1,", 1, "valid-until", "onbekende kolom"),
        ("account,amount,reference\n", 1, "", "heeft geen bijdragen"),
        ('account,amount,reference\n{0},1,"F1\n{0},1,F2\n{0},1,F3', 2, "", "vanaf hier"),
        ("account,amount,reference\n{0},1,F1 \n{0},1,F1", 3, "reference", "twee keer"),
    ],
    ids=["endless", "double column", "unknown column", "no rows", "open quote", "space behind"],
)
def test_a_file_that_says_two_things_or_hides_something_is_refused_whole(
    world: World, text: str, line: int, field: str, reason: str
) -> None:
    with pytest.raises(UnusableFile, match=reason) as refused:
        contribute(employer(world), text.format(world.fatima), on=ON, at=AT)

    assert [(each.line, each.field) for each in refused.value.faults] == [(line, field)]
    assert not Tranche.objects.exists()


def test_one_hands_a_file_in_and_another_takes_it_in_once(world: World) -> None:
    fund, text = employer(world), lines(f"{world.fatima},250.00,F1,,").replace("\n", "\r\n")

    file = hand_in(fund, text, reference="januari", by="ineke", at=AT)
    assert hand_in(fund, text, reference="januari", by="bas", at=AT) == file
    assert (file.contributions, file.cents, Tranche.objects.count()) == (1, 25_000, 0)
    with pytest.raises(FileReferenceIsTaken):
        hand_in(fund, text + "\n", reference="januari", by="ineke", at=AT)
    with pytest.raises(SamePerson):
        take_in(file, by="ineke", at=AT)
    assert take_in(file, by="bas", at=AT) == Contributed(1, 0, 25_000)
    with pytest.raises(AlreadyTakenIn):
        take_in(file, by="bas", at=AT)

    again = hand_in(fund, text, reference="nog eens", by="ineke", at=AT)
    assert take_in(again, by="bas", at=AT) == Contributed(0, 1, 0)
    assert Tranche.objects.count() == 1


def test_a_file_that_is_wrong_or_empty_is_not_kept(world: World) -> None:
    fund = employer(world)

    for text in ("", "nonsense", "account,amount,reference", 'account,amount,reference\n"'):
        with pytest.raises(UnusableFile):
            hand_in(fund, text, reference="januari", by="ineke", at=AT)
    assert not ContributionFile.objects.exists()


def test_the_database_refuses_that_one_person_does_both(world: World) -> None:
    text = lines(f"{world.fatima},250.00,F1,,")
    file = hand_in(employer(world), text, reference="januari", by="ineke", at=AT)

    with pytest.raises(IntegrityError, match="someone_else"), transaction.atomic():
        ContributionFile.objects.filter(pk=file.pk).update(taken_in_by="ineke", taken_in_at=AT)


def test_staff_hand_in_and_take_in_on_the_pages_and_read_what_is_wrong(world: World) -> None:
    set_up_groups()
    fund = employer(world)
    ineke, bas = Client(), Client()
    ineke.force_login(staff("ineke", "payment-officers"))
    bas.force_login(staff("bas", "payment-officers"))
    address = f"/admin/budgets/fund/{fund.pk}/do/contribute"

    def sent(text: str) -> Any:
        file = SimpleUploadedFile("bijdragen.csv", text.encode("utf-8-sig"))
        return ineke.post(address, {"reference": "januari", "file": file}, follow=True)

    wrong = sent(lines("R-NONE-NONE,250.00,F1,,", f"{world.henk},x,F2,,"))
    right = sent(lines(f"{world.fatima},250.00,F1,,"))
    take = f"/admin/budgets/contributionfile/{ContributionFile.objects.get().pk}/do/take_in"
    own = ineke.post(take, follow=True)
    taken = bas.post(take, follow=True)

    assert wrong.status_code == 422
    assert "Er zijn 2 fouten" in wrong.content.decode()
    assert "is geen rekening bij ons" in wrong.content.decode()
    assert "wachten tot een collega" in right.content.decode()
    assert "Vraag een collega" in own.content.decode()
    assert "1 bijdragen, samen" in taken.content.decode()
    assert Tranche.objects.get().granted == 25_000


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"x" * 6_500_000, "Kies een bestand van hoogstens 6 MB."),
        (b"account,amount,reference" + b"\n" * 10_001, "meer dan 10000 regels"),
        (b"account,amount,reference" + b"\r" * 10_001, "meer dan 10000 regels"),
    ],
    ids=["large", "lines", "carriage returns"],
)
def test_a_file_too_large_for_the_page_is_asked_again(
    world: World, content: bytes, sentence: str
) -> None:
    set_up_groups()
    ineke = Client()
    ineke.force_login(staff("ineke", "payment-officers"))

    answer = ineke.post(
        f"/admin/budgets/fund/{employer(world).pk}/do/contribute",
        {"reference": "januari", "file": SimpleUploadedFile("bijdragen.csv", content)},
    )

    assert sentence in answer.content.decode()


def test_of_many_mistakes_the_page_shows_the_first(world: World) -> None:
    set_up_groups()
    ineke = Client()
    ineke.force_login(staff("ineke", "payment-officers"))
    file = SimpleUploadedFile("bijdragen.csv", lines(*["x"] * 1001).encode())

    answer = ineke.post(
        f"/admin/budgets/fund/{employer(world).pk}/do/contribute",
        {"reference": "januari", "file": file},
    )

    assert "Er zijn 1001 fouten" in answer.content.decode()
    assert "U ziet de eerste 1000." in answer.content.decode()
    assert [line for line, _field, _reason in answer.context["lines"]] == list(range(2, 1002))


def test_a_reference_used_for_something_else_is_refused(world: World) -> None:
    fund = employer(world)
    contribute(fund, lines(f"{world.fatima},250.00,F1,,"), on=ON, at=AT)

    with pytest.raises(UnusableFile, match="is eerder gebruikt"):
        contribute(fund, lines(f"{world.fatima},300.00,F1,,"), on=ON, at=AT)


@pytest.mark.parametrize(
    "changed", ["course,2026-12-31", ",2027-06-30", "module course,2027-06-30"]
)
def test_a_corrected_row_with_the_old_reference_is_refused(world: World, changed: str) -> None:
    fund = employer(world)
    contribute(fund, lines(f"{world.fatima},250.00,F1,course,2027-12-31"), on=ON, at=AT)

    with pytest.raises(UnusableFile, match="is eerder gebruikt"):
        contribute(fund, lines(f"{world.fatima},250.00,F1,{changed}"), on=ON, at=AT)


def test_the_same_file_under_a_new_agreement_changes_nothing(world: World) -> None:
    file = lines(f"{world.fatima},250.00,F1,,", f"{world.henk},50,F2,module course,2027-01-31")
    contribute(employer(world), file, on=ON, at=AT)

    fund = employer(world, categories=["course", "module", "coaching"], years_valid=5)

    assert contribute(fund, file, on=ON, at=AT) == Contributed(0, 2, 0)


def test_the_employer_pays_first_and_only_what_was_agreed(world: World) -> None:
    state = give(world, world.fatima, 80_000)
    contribute(employer(world), lines(f"{world.fatima},200.00,F1,,"), on=ON, at=AT)
    theirs = Tranche.objects.get(scheme__code="bakkerij")

    agreed = agree(world.fatima, course(world), starts_on=STARTS_ON, at=AT, id=uuid4())
    assert (left_on(theirs), left_on(state)) == (0, 70_000)

    cancel(agreed.enrolment, by="citizen", at=AT)
    assert (left_on(theirs), left_on(state)) == (20_000, 80_000)

    agree(world.fatima, course(world, category="coaching"), starts_on=STARTS_ON, at=AT, id=uuid4())
    assert (left_on(theirs), left_on(state)) == (20_000, 50_000)


def test_credit_of_a_funder_without_a_policy_follows_the_terms_agreed(world: World) -> None:
    contribute(employer(world), lines(f"{world.henk},300.00,F1,,"), on=ON, at=AT)

    agreed = agree(world.henk, course(world), starts_on=STARTS_ON, at=AT, id=uuid4())

    assert [term["instalment"] for term in agreed.enrolment.terms] == ["start", "completion"]


def test_credit_left_after_the_end_of_its_scheme_follows_the_terms_that_held_last(
    world: World,
) -> None:
    give(world, world.henk, 30_000)
    Policy.objects.filter(scheme=world.scheme).update(ends_on=STARTS_ON)  # the day before LATER

    agreed = agree(world.henk, course(world), starts_on=LATER.date(), at=LATER, id=uuid4())

    assert [term["instalment"] for term in agreed.enrolment.terms] == ["start", "completion"]
    with pytest.raises(NoPolicy):
        start_run(world.scheme, on=LATER.date(), at=LATER)


def test_credit_that_is_all_spent_sets_no_terms(world: World) -> None:
    fund = employer(world)
    settings = {
        **EXAMPLE,
        "course_cap_cents": Setting(50_000, "Beleid van de bakkerij"),
        "terms_course": Setting({"completion": 100}, "Beleid van de bakkerij"),
    }
    own = draft(fund.scheme, starts_on=date(2026, 1, 1), settings=settings, on=APPROVED_AT.date())
    propose(own, by=staff("petra"))
    approve(own, by=staff("paul"), at=APPROVED_AT)
    contribute(fund, lines(f"{world.henk},400.00,F1,,"), on=ON, at=AT)
    give(world, world.henk, 200_000)
    long = course(world, price="1500.00")
    assert quote(world.henk, long, starts_on=STARTS_ON, on=ON).covered == 50_000
    agree(world.henk, course(world, price="400.00"), starts_on=STARTS_ON, at=AT, id=uuid4())

    offer = quote(world.henk, long, starts_on=STARTS_ON, on=ON)

    assert (offer.covered, offer.own) == (150_000, 0)
    assert [term["instalment"] for term in offer.terms] == ["start", "completion"]


def test_without_terms_to_follow_nothing_can_be_agreed(world: World) -> None:
    contribute(employer(world, follows=None), lines(f"{world.henk},300.00,F1,,"), on=ON, at=AT)

    with pytest.raises(NoTerms):
        agree(world.henk, course(world), starts_on=STARTS_ON, at=AT, id=uuid4())


def test_a_statement_says_what_became_of_the_money(world: World) -> None:
    """A course of 300 paid by the employer (200) and the state (100); the start, 150, is claimed."""
    give(world, world.fatima, 80_000)
    fund = employer(world)
    contribute(fund, lines(f"{world.fatima},200.00,F1,,", f"{world.henk},50.00,F2,,"), on=ON, at=AT)
    agreed = agree(world.fatima, course(world), starts_on=STARTS_ON, at=AT, id=uuid4())
    redeem(agreed.code, provider=world.provider, actor="roc", at=AT)
    claim, _ = claiming.submit(
        uuid4(), agreed.enrolment.pk, "start", Money(150, "EUR"), {}, provider=world.provider,
        actor="roc", at=LATER,
    )  # fmt: skip
    claiming.assess(str(claim.pk), at=LATER)

    theirs, state = statement_of(fund), statement_of(world.fund)

    assert (theirs.received, theirs.granted, theirs.citizens) == (25_000, 25_000, 2)
    assert (theirs.paid, theirs.reserved, theirs.free, theirs.in_fund) == (15_000, 5_000, 5_000, 0)
    assert (state.paid, state.reserved, state.free) == (0, 10_000, 70_000)
    assert state.received == 10_000_000
    (line,) = [
        each
        for each in overview(world.fatima, on=ON).tranches
        if each.tranche.scheme_id == fund.scheme_id
    ]
    assert (line.used, line.reserved) == (15_000, 5_000)


def test_an_empty_fund_has_an_empty_statement(world: World) -> None:
    assert statement_of(employer(world)).received == 0


@pytest.mark.parametrize(
    ("rule", "in_fund", "bank"), [(ReturnRule.FUNDER, 0, 0), (ReturnRule.FUND, 25_000, 25_000)]
)
def test_what_expires_goes_back_by_the_funders_rule(
    world: World, rule: str, in_fund: int, bank: int
) -> None:
    fund = employer(world, return_rule=rule)
    contribute(fund, lines(f"{world.fatima},250.00,F1,,"), on=ON, at=AT)

    expire(on=date(2028, 1, 1), at=LATER)

    assert (left("fund:bakkerij"), left("bank")) == (in_fund, bank)
    assert statement_of(fund).came_back == 25_000
    assert check_ledger() == []


@pytest.mark.parametrize("why", ["left", "died"])
@pytest.mark.parametrize(
    ("rule", "in_fund", "bank"), [(ReturnRule.FUNDER, 0, 0), (ReturnRule.FUND, 25_000, 25_000)]
)
def test_credit_of_who_leaves_or_died_goes_back_by_the_funders_rule(
    world: World, why: str, rule: str, in_fund: int, bank: int
) -> None:
    fund = employer(world, return_rule=rule)
    contribute(fund, lines(f"{world.fatima},250.00,F1,,"), on=ON, at=AT)

    call_command("return_credit", world.fatima, "--why", why)
    call_command("return_credit", world.fatima, "--why", why)

    assert (left("fund:bakkerij"), left("bank")) == (in_fund, bank)
    assert statement_of(fund).came_back == 25_000
    assert check_ledger() == []
    with pytest.raises(CommandError, match="no account R-NONE"):
        call_command("return_credit", "R-NONE", "--why", why)


def test_who_leaves_gives_free_credit_back_and_keeps_what_is_reserved(world: World) -> None:
    contribute(employer(world), lines(f"{world.fatima},400.00,F1,,"), on=ON, at=AT)
    agreed = agree(world.fatima, course(world), starts_on=STARTS_ON, at=AT, id=uuid4())
    redeem(agreed.code, provider=world.provider, actor="roc", at=AT)

    assert return_credit(world.fatima, why="left", on=ON, at=AT) == 10_000
    assert return_credit(world.fatima, why="left", on=ON, at=AT) == 0

    assert left(f"reserved:{agreed.enrolment.pk}") == 30_000
    assert left("bank") == 30_000


def test_what_comes_back_to_who_left_goes_back_too_on_the_same_day(world: World) -> None:
    contribute(employer(world), lines(f"{world.fatima},600.00,F1,,"), on=ON, at=AT)
    agreed = agree(world.fatima, course(world), starts_on=STARTS_ON, at=AT, id=uuid4())
    redeem(agreed.code, provider=world.provider, actor="roc", at=AT)
    assert return_credit(world.fatima, why="left", on=ON, at=AT) == 30_000

    cancel(agreed.enrolment, by="citizen", at=AT)

    assert return_credit(world.fatima, why="left", on=ON, at=AT) == 30_000
    assert return_credit(world.fatima, why="left", on=ON, at=AT) == 0
    assert left("bank") == 0
    assert check_ledger() == []


def test_the_commands_open_a_funder_take_in_a_file_and_report(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bijdragen.csv"
    file.write_text(lines(f"{world.fatima},250.00,F1,,"))

    call_command(
        "open_funder", "bakkerij", "Bakkerij Jansen", "--kind", "employer",
        "--categories", "course", "--follows", "landelijk",
    )  # fmt: skip
    call_command("import_contributions", "bakkerij", str(file))
    call_command("funder_statement", "bakkerij")

    out = capsys.readouterr().out
    assert "1 contributions, 250.00 euros" in out
    assert "received          250.00" in out
    with pytest.raises(CommandError, match="There is no funder slagerij"):
        call_command("import_contributions", "slagerij", str(file))
    file.write_bytes("account,amount,reference\ncafé".encode("latin-1"))
    with pytest.raises(CommandError, match=r"bijdragen.csv is not text in UTF-8"):
        call_command("import_contributions", "bakkerij", str(file))
