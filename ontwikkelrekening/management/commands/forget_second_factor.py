from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ontwikkelrekening.administration.second_factor import forget


class Command(BaseCommand):
    help = "Let a member of staff who lost the app set one up anew: manage.py forget_second_factor ineke"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("member", help="the name the member of staff logs in with")

    def handle(self, *args: Any, **options: Any) -> None:
        member = User.objects.filter(username=options["member"]).first()
        if member is None:
            raise CommandError(f"Nobody logs in as {options['member']}.")
        if forget(member):
            self.stdout.write(f"{member}: the next log-in asks to set up an app.")
        else:
            self.stdout.write(f"{member} had no app yet.")
