"""What a provider's software reads once a claim is recovered."""

from __future__ import annotations

import time_machine

from providers.models import Enrolment
from tests.providers.calls import Software, problem
from tests.providers.world import MONDAY, assessed, claim, de_linde, paid, recovered

AGAIN = {"instalment": "start", "amount": "100.00"}


@time_machine.travel(MONDAY, tick=False)
def test_what_was_paid_is_owed(linde: Software, running: Enrolment) -> None:
    account = linde.get("/account").json()
    assert (account["owed"], account["payBackUntil"]) == ("0.00", None)
    found = recovered(paid(claim(running)), reason="Niemand kwam.")
    stranger = Software(de_linde("Taalhuis"))

    account = linde.get("/account").json()
    assert (account["owed"], account["payBackUntil"]) == ("130.00", "2026-04-13")
    account = stranger.get("/account").json()
    assert (account["owed"], account["payBackUntil"]) == ("0.00", None)
    (listed,) = linde.get("/claims?state=recovered").json()["items"]
    assert listed == linde.get(f"/claims/{found.pk}").json()
    assert (listed["state"], listed["reason"]) == ("recovered", "Niemand kwam.")
    assert (listed["paymentReference"], listed["paidAt"]) == ("OWR-1", "2026-03-02T09:00:00Z")


@time_machine.travel(MONDAY, tick=False)
def test_what_was_not_paid_is_neither_owed_nor_payable(linde: Software, running: Enrolment) -> None:
    approved = assessed(claim(running))
    assert linde.get("/account").json()["payable"] == "130.00"

    recovered(approved)

    account = linde.get("/account").json()
    assert (account["payable"], account["owed"]) == ("0.00", "0.00")
    assert account["payBackUntil"] is None


@time_machine.travel(MONDAY, tick=False)
def test_its_instalment_is_claimed_again_and_it_is_not_taken_back(
    linde: Software, running: Enrolment
) -> None:
    found = recovered(paid(claim(running)))

    problem(linde.post(f"/claims/{found.pk}/withdrawals"), 409)
    again = linde.post("/claims", {"enrolment": str(running.pk), **AGAIN})
    assert again.status_code == 201
