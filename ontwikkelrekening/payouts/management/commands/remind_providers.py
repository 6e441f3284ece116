from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from ontwikkelrekening.management.officers import officer
from providers.models import Provider
from providers.reminding import NobodyToRemind, remind


class Command(BaseCommand):
    help = (
        "Remind every provider of what it should have paid back by now, those of whom a reminder runs left out: "
        "manage.py remind_providers --by ineke"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--by", required=True, help="the payment officer who reminds them")

    def handle(self, *args: Any, **options: Any) -> None:
        by = officer(options["by"], right="providers.add_reminder")
        try:
            reminders = remind(Provider.objects.all(), by=by, at=timezone.now())
        except NobodyToRemind as nobody:
            self.stdout.write(str(nobody))
            return
        for reminder in reminders:
            self.stdout.write(f"{reminder} to be paid by {reminder.pay_until}")
