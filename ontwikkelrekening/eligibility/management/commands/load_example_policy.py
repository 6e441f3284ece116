from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ledger.management.arguments import day
from ontwikkelrekening.eligibility.example import create_example_scheme
from ontwikkelrekening.eligibility.policies import UnableToSetPolicy


class Command(BaseCommand):
    help = "Create the example scheme with its policy: drafted by petra, approved by paul."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--from",
            dest="starts_on",
            type=day,
            help="first day of the policy, 2026-12-31; without it today",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        users = get_user_model().objects
        petra, paul = (
            users.get_or_create(
                username=name, defaults={"is_staff": True, "password": make_password(None)}
            )[0]
            for name in ("petra", "paul")
        )
        try:
            scheme = create_example_scheme(
                drafted_by=petra,
                approved_by=paul,
                starts_on=options["starts_on"] or timezone.localdate(now),
                at=now,
            )
        except UnableToSetPolicy as error:
            raise CommandError(str(error)) from None
        policy, asked = scheme.policies.latest("version"), options["starts_on"]
        if asked not in (None, policy.starts_on):
            raise CommandError(
                f"{policy} was there already and holds from {policy.starts_on}, not {asked}. "
                "A later version is drafted in the administration."
            )
        self.stdout.write(f"{policy}: {policy.parameters.count()} parameters, {policy.state}.")
