"""Own statements hold until they are checked; a sample of them is asked for evidence.

The sample is drawn from a published seed, so that anyone can see that nobody was singled out: there
is no score on people. What is handed in is kept under the person's own key until a person has looked
at it; then only the verdict stays.
"""

from __future__ import annotations

import hashlib
import uuid
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from ontwikkelrekening.citizens import keys
from ontwikkelrekening.citizens.access import log_look
from ontwikkelrekening.citizens.identity import key_of
from ontwikkelrekening.citizens.models import Circumstance, Evidence, Exhibit, Purpose, Source

TIME_TO_SHOW = timedelta(weeks=4)
PER_CENT_MAX = 100
EXHIBIT_BYTES_MAX = 5 * 1024 * 1024
EXHIBITS_MAX = 5  # per statement
MEDIA_TYPES = {  # how such a file begins
    "application/pdf": b"%PDF-",
    "image/jpeg": b"\xff\xd8\xff",
    "image/png": b"\x89PNG\r\n\x1a\n",
}


class UnableToJudge(Exception):
    """Evidence that was not asked for, or was judged before."""


class UnableToHandIn(ValueError):
    """A file that is no evidence we can take in; says why."""


def drawn(fact_id: int, *, seed: str) -> int:
    """The number from 0 to 99 that decides whether a statement is in the sample."""
    digest = hashlib.sha256(f"{seed}:{fact_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % PER_CENT_MAX


@transaction.atomic
def ask_sample(*, per_cent: int, seed: str, on: date) -> int:
    """Ask evidence for this share of the own statements that hold and were never asked about.

    Raises ValueError for a share or a seed that is none.
    """
    if not seed.strip():
        raise ValueError(_("Give the seed that was published beforehand."))
    if not 0 <= per_cent <= PER_CENT_MAX:
        raise ValueError(_("A share lies between 0 and 100 percent."))
    statements = Circumstance.objects.holding(on=on).filter(
        source=Source.OWN_STATEMENT, evidence=Evidence.NOT_ASKED
    )
    chosen = [
        fact_id
        for fact_id in statements.values_list("pk", flat=True).iterator()
        if drawn(fact_id, seed=seed) < per_cent
    ]
    return Circumstance.objects.filter(pk__any_of=chosen).update(
        evidence=Evidence.ASKED, evidence_due_on=on + TIME_TO_SHOW
    )


@transaction.atomic
def hand_in(fact: Circumstance, content: bytes, *, at: datetime) -> Exhibit:
    """Take in a file that shows a statement is true. Raises UnableToHandIn."""
    locked = (
        Circumstance.objects.select_for_update(of=("self",))
        .select_related("citizen")
        .get(pk=fact.pk)
    )
    if locked.evidence != Evidence.ASKED:
        raise UnableToHandIn(_("We do not need a document for this, or we have looked at it."))
    if not content or len(content) > EXHIBIT_BYTES_MAX:
        raise UnableToHandIn(_("The file is empty or larger than 5 MB."))
    if locked.exhibits.count() >= EXHIBITS_MAX:
        raise UnableToHandIn(_("You gave us five files for this. That is the most."))
    media_type = next(
        (name for name, start in MEDIA_TYPES.items() if content.startswith(start)), None
    )
    if media_type is None:
        raise UnableToHandIn(
            _("We can read PDF, JPEG and PNG files. This is another kind of file.")
        )
    exhibit = Exhibit(id=uuid.uuid4(), fact=locked, media_type=media_type, handed_in_at=at)
    exhibit.content = keys.encrypt(content, key=key_of(locked.citizen), owner=exhibit.id.bytes)
    exhibit.save(force_insert=True)
    return exhibit


@transaction.atomic
def look_at(exhibit: Exhibit, *, by: str, at: datetime) -> bytes:
    """The file as it was handed in; that someone looked is written down."""
    citizen = exhibit.fact.citizen
    content = keys.decrypt(bytes(exhibit.content), key=key_of(citizen), owner=exhibit.id.bytes)
    log_look(citizen, actor=by, purpose=Purpose.EVIDENCE, at=at)
    return content


@transaction.atomic
def judge(fact: Circumstance, *, holds: bool, by: str, at: datetime) -> None:
    """A person looked at the evidence: the statement stands, or never counts again.

    Raises UnableToJudge when it was not asked, or judged before.
    """
    locked = (
        Circumstance.objects.select_for_update(of=("self",))
        .select_related("citizen")
        .get(pk=fact.pk)
    )
    if locked.evidence != Evidence.ASKED:
        raise UnableToJudge(_("Evidence for this statement was not asked, or was judged before."))
    fact.evidence = Evidence.SEEN if holds else Evidence.REJECTED
    fact.judged_by, fact.judged_at = by, at
    fact.save(update_fields=["evidence", "judged_by", "judged_at"])
    fact.exhibits.all().delete()
    log_look(locked.citizen, actor=by, purpose=Purpose.JUDGED, at=at)
