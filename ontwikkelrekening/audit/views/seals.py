"""Seals: what was sealed when, and a proof of one transfer or one account that needs no trust in us."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ledger.closing import closed_through
from ledger.models import Account, Seal, Transfer
from ledger.proving import NotAsSealed, NotSealedYet, prove, prove_statement
from ontwikkelrekening.audit.access import audit_page
from ontwikkelrekening.audit.pages import answer
from ontwikkelrekening.tables.table import Column, Queried, table_on

NOT_YET = _("Newer than the last seal. The worker seals soon; try again later.")


@audit_page
def seals(request: HttpRequest) -> HttpResponseBase:
    table = table_on(
        request,
        "seals",
        caption=_("Seals"),
        columns=[
            Column("number", _("Number"), lambda x: x.number, "count", order="number"),
            Column("sealed", _("Sealed at"), lambda x: x.sealed_at, "moment"),
            Column("count", _("Transfers"), lambda x: x.count, "count"),
            Column("root", _("Root"), lambda x: bytes(x.root).hex(), "hash"),
            Column(
                "digest",
                _("Digest, chained to the one before"),
                lambda x: bytes(x.digest).hex(),
                "hash",
            ),
        ],
        source=Queried(Seal.objects.defer("leaves")),
        sort="-number",
        empty=_("Nothing has been sealed yet."),
    )
    return answer(
        request,
        "audit/seals.html",
        title=_("Seals"),
        section="seals",
        tables=[table],
        closed_through=closed_through(),
    )


@audit_page
def transfer_proof(request: HttpRequest, xid: int, seq: int) -> HttpResponseBase:
    found = get_object_or_404(Transfer, xid=xid, seq=seq)
    return proof_or_why_not(request, lambda: prove([(xid, seq)]), f"proof-{found}.json")


@audit_page
def account_proof(request: HttpRequest, code: str) -> HttpResponseBase:
    account = get_object_or_404(Account, code=code)
    return proof_or_why_not(request, lambda: prove_statement([account.id]), "proof-statement.json")


def proof_or_why_not(request: HttpRequest, proved: Any, name: str) -> HttpResponseBase:
    """The proof as a file; a page when there is none yet, and a finding when a row was changed."""
    try:
        found = proved()
    except NotSealedYet:
        return no_proof(request, NOT_YET)
    except NotAsSealed as finding:
        return no_proof(request, str(finding))
    if not found["transfers"]:
        return no_proof(request, NOT_YET)
    return HttpResponse(
        json.dumps(found, indent=1) + "\n",
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def no_proof(request: HttpRequest, why: Any) -> HttpResponseBase:
    return answer(
        request,
        "audit/no_proof.html",
        title=_("No proof"),
        section="seals",
        trail=[(_("Seals"), reverse("audit:seals"))],
        why=why,
    )
