"""Fills an empty database with agreed enrolments: run by the fault run inside the product."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta

from django.utils import timezone
from djmoney.money import Money

from ledger.accounts import open_account
from ledger.posting import NewBooking, NewTransfer, post
from providers import changing_iban
from providers.admitting import admit
from providers.clients import create_client
from providers.enrolling import code_for, open_enrolment
from providers.models import Course
from providers.publishing import CourseDetails, publish, register_course
from providers.scopes import SCOPES
from providers.webhooks.managing import register, verify

CENTS = 10_000


def prepare(number: int, receiver: str) -> None:
    """Print one line of JSON: the client, and each enrolment's id and code."""
    now = timezone.now()
    today = timezone.localdate(now)
    provider = admit(
        "Fault School",
        "00000123",
        "NL91ABNA0417164300",
        reason="faults",
        by="olga",
        on=today,
        at=now,
    )
    changing_iban.agree(provider.iban_changes.get(), by="bas", at=now)
    details = CourseDetails(
        code="FAULT-1", name="Course", category="course", price=Money(100, "EUR"), hours=4
    )
    course = publish(register_course(provider, details, at=now), actor="faults", at=now)
    client, secret = create_client(provider, name="faults", scopes=SCOPES)
    endpoint = register(provider, receiver, at=now)
    verify(endpoint, endpoint.challenge, at=now)
    treasury = open_account("treasury", account_class="treasury", at=now)
    enrolments = [_agree(course, treasury.pk) for _ in range(number)]
    print(json.dumps({"id": client.client_id, "secret": secret, "enrolments": enrolments}))


def _agree(course: Course, treasury: int) -> tuple[str, str]:
    now = timezone.now()
    today = timezone.localdate(now)
    id_ = uuid.uuid4()
    account = open_account(f"reserved:{id_}", account_class="reserved", at=now)
    post(
        NewBooking(id_, "reserve", f"enrolment:{id_}", "Fault run", today),
        [NewTransfer(treasury, account.pk, CENTS)],
        at=now,
    )
    open_enrolment(
        course,
        id=id_,
        account=account,
        maximum=Money(100, "EUR"),
        terms=[{"instalment": "start", "cents": CENTS, "after": "start"}],
        starts_on=today - timedelta(days=1),
        at=now,
    )
    return str(id_), code_for(id_)


def report() -> None:
    """Print one line of JSON: what the books say of each enrolment."""
    from django.db.models import Count

    from ledger.checking import check_ledger
    from ledger.models import Transfer
    from providers.models import Claim, Enrolment

    claims = {
        str(pk): [str(enrolment), state]
        for pk, enrolment, state in Claim.objects.values_list("pk", "enrolment_id", "state")
    }
    captured = (
        Transfer.objects.filter(booking__kind="claim")
        .values_list("debit_account__code")
        .annotate(Count("seq"))
        .order_by()
    )
    print(
        json.dumps(
            {
                "redeemed": [
                    str(pk)
                    for pk in Enrolment.objects.exclude(redeemed_at=None).values_list(
                        "pk", flat=True
                    )
                ],
                "claims": claims,
                "captured": dict(captured),
                "findings": [str(finding) for finding in check_ledger()],
            }
        )
    )
