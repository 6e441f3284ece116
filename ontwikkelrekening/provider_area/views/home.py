"""What a provider comes to see first: what is coming, what waits, what will be paid."""

from __future__ import annotations

from django.db.models import Sum
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from ontwikkelrekening.provider_area.access import Staff, for_staff
from ontwikkelrekening.provider_area.first_iban import no_iban_yet
from ontwikkelrekening.provider_area.pages import answer
from ontwikkelrekening.provider_area.paying_back import to_pay_back
from providers.models import Claim, Course, Enrolment
from providers.states import ClaimState


@require_safe
@for_staff
def home(request: HttpRequest, staff: Staff) -> HttpResponseBase:
    now = timezone.now()
    today = timezone.localdate(now)
    enrolments = Enrolment.objects.of(staff.provider)
    claims = Claim.objects.of(staff.provider)
    expected = claims.filter(state__in=[ClaimState.APPROVED, ClaimState.IN_FILE])
    return answer(
        request,
        "home.html",
        staff,
        title=_("Overview"),
        section="home",
        coming=enrolments.coming(on=today).count(),
        claimable=enrolments.claimable(on=today).count(),
        in_review=claims.filter(state=ClaimState.IN_REVIEW).count(),
        expected=int((expected.aggregate(total=Sum("amount"))["total"] or 0) * 100),
        suspension=staff.provider.suspensions.in_force(at=now).first(),
        no_iban=no_iban_yet(staff.provider),
        pay_back=to_pay_back(staff.provider, on=today),
        published=Course.objects.of(staff.provider).published().count(),
    )
