"""Who does what a command does: a command takes nobody's name who may not do it on a page too."""

from __future__ import annotations

from django.core.management.base import CommandError

from ontwikkelrekening.staff import RIGHTS, member_who_may


def officer(name: str, *, right: str) -> str:
    """The login name of somebody who has this right; raises CommandError."""
    member = member_who_may(name, right)
    if member is None:
        groups = " or ".join(group for group, rights in RIGHTS.items() if right in rights)
        raise CommandError(
            f"{name} is no active member of staff who may do this: of the group {groups}."
        )
    return member.get_username()
