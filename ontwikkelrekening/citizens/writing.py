"""Words by or about a citizen, kept under the person's own key; erasing the person erases them."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.utils.translation import gettext as _

from ontwikkelrekening.citizens import keys
from ontwikkelrekening.citizens.identity import NoIdentity, key_of
from ontwikkelrekening.citizens.models import Citizen, Writing

LENGTH_MAX = 10_000


class UnusableText(ValueError):
    """A text that is empty, too long or not printable."""


def write(account_code: str, text: str, *, author: str, at: datetime) -> uuid.UUID:
    """Keep a text with the citizen; returns what it is called elsewhere.

    Raises UnusableText, and NoIdentity when the citizen was erased.
    """
    text = text.strip()
    if not text:
        raise UnusableText(_("The text is empty."))
    if len(text) > LENGTH_MAX:
        raise UnusableText(_("The text is longer than %(max)s characters.") % {"max": LENGTH_MAX})
    if "\0" in text:
        raise UnusableText(_("The text has a character that cannot be printed."))
    citizen = Citizen.objects.get(account_code=account_code)
    writing = Writing(id=uuid.uuid4(), citizen=citizen, author=author, written_at=at)
    writing.text = keys.encrypt(text.encode(), key=key_of(citizen), owner=writing.id.bytes)
    writing.save(force_insert=True)
    return writing.id


def read(writing_id: uuid.UUID) -> str:
    """The text; raises NoIdentity when the citizen was erased. The caller logs the look."""
    writing = Writing.objects.select_related("citizen").filter(pk=writing_id).first()
    if writing is None:
        raise NoIdentity(_("These words were erased with their citizen."))
    key = key_of(writing.citizen)
    return keys.decrypt(bytes(writing.text), key=key, owner=writing.id.bytes).decode()


def read_unless_erased(writing_id: uuid.UUID) -> str:
    """The text, or that it was erased with its citizen. The caller logs the look."""
    try:
        return read(writing_id)
    except NoIdentity:
        return _("erased with the citizen")
