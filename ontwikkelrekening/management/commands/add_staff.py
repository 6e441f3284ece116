import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from ontwikkelrekening.staff import UnableToAddStaff, add_member


class Command(BaseCommand):
    help = "Add a member of staff or change one's groups: STAFF_PASSWORD=... manage.py add_staff ineke payment-officers"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("members", nargs="+", help="name:group[,group], or: name group ...")

    def handle(self, *args: Any, **options: Any) -> None:
        password = os.environ.get("STAFF_PASSWORD")
        if not password:
            raise CommandError("Set STAFF_PASSWORD to the password they begin with.")
        members = _members(options["members"])
        try:
            with transaction.atomic():
                for name, groups in members:
                    add_member(name, groups=groups, password=password)
        except UnableToAddStaff as error:
            raise CommandError(f"Nobody was added. {error}") from None
        for name, groups in members:
            self.stdout.write(f"{name}: {', '.join(groups)}")


def _members(given: list[str]) -> list[tuple[str, list[str]]]:
    if ":" not in given[0]:
        return [(given[0], given[1:])]
    members = (member.partition(":") for member in given)
    return [(name, [group for group in groups.split(",") if group]) for name, _, groups in members]
