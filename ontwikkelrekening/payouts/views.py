"""The payment file, for the payment officers who take it to the bank."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ontwikkelrekening.payouts.models import PaymentBatch
from ontwikkelrekening.payouts.officers import is_payment_officer


@require_safe
@login_required
@never_cache
def payment_file(request: HttpRequest, message_id: str) -> HttpResponse:
    """The XML exactly as it was released; a batch that was not released has none."""
    if not is_payment_officer(request.user):
        raise PermissionDenied
    batch = get_object_or_404(PaymentBatch, message_id=message_id, file__isnull=False)
    return HttpResponse(
        bytes(batch.file or b""),
        content_type="application/xml",
        headers={
            "Content-Disposition": f'attachment; filename="{batch.message_id}.xml"',
            "X-Checksum-SHA256": batch.file_sha256,
        },
    )
