"""Sessions in the database, written at most once a minute while somebody only reads, ended after a day's work.

Every request renews the session (SESSION_SAVE_EVERY_REQUEST), so that it ends after idle minutes. A
durable write for every page would cost more than the page; one a minute is enough to know. However busy
somebody is, after eight hours they say again who they are (OWASP ASVS 5.0, 7.3.2).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from providers import rows

RENEWED_FOR = timedelta(minutes=1)
LONGEST = timedelta(hours=8)
BEGAN = "began"  # when its owner logged in, in seconds since 1970


class SessionStore(db.SessionStore):
    """Django's own, that knows until when it is valid as it stands in the database."""

    valid_until: datetime | None = None

    def _get_session_from_db(self) -> Session | None:
        """The session, by a statement that is put together once (decision 403)."""
        valid = "session_key = %s AND expire_date > %s"
        found = rows.at_first(lambda: rows.select(Session, valid, self.session_key, timezone.now()))
        if not found:
            self._session_key = None
            return None
        self.valid_until = found[0].expire_date
        return found[0]

    def load(self) -> dict[str, Any]:
        """What it knows; nothing once it has lasted its longest."""
        known: dict[str, Any] = super().load()
        if timezone.now().timestamp() - known.get(BEGAN, 0) < LONGEST.total_seconds():
            return known
        self._session_key = None
        return {}

    def cycle_key(self) -> None:
        """A new key, at a login; from here its longest counts."""
        self.pop(BEGAN, None)
        super().cycle_key()

    def save(self, must_create: bool = False) -> None:
        if must_create:
            known = self._get_session(no_load=True)  # type: ignore[attr-defined]
            known.setdefault(BEGAN, int(timezone.now().timestamp()))
        if must_create or self.modified or not self._was_just_renewed():
            super().save(must_create=must_create)

    def _was_just_renewed(self) -> bool:
        if self.valid_until is None:
            return False
        longest: Any = timezone.now() + timedelta(seconds=self.get_expiry_age())
        return bool(longest - self.valid_until < RENEWED_FOR)
