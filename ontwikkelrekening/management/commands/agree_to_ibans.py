from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ontwikkelrekening.management.officers import officer
from providers.changing_iban import UnableToChangeIban, agree_to_first_ones
from providers.models import IbanChange


class Command(BaseCommand):
    help = (
        "Agree, as the second person, to the first IBAN of every provider that waits for one: "
        "manage.py agree_to_ibans --by bas [--dry-run]. Another IBAN of a provider is answered on its page."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--by", required=True, help="the provider or payment officer who agrees"
        )
        parser.add_argument("--dry-run", action="store_true", help="only show what waits")

    def handle(self, *args: Any, **options: Any) -> None:
        by = officer(options["by"], right="providers.change_ibanchange")
        if options["dry_run"]:
            waiting = list(IbanChange.objects.first_ones_that_wait())
            self._show(waiting)
            self.stdout.write(f"{len(waiting)} first IBANs wait. Nothing was agreed to.")
            return
        try:
            agreed = agree_to_first_ones(by=by, at=timezone.now())
        except UnableToChangeIban as failure:
            raise CommandError(str(failure)) from failure
        self._show(agreed)
        self.stdout.write(f"{by} agreed to {len(agreed)} first IBANs.")

    def _show(self, changes: list[IbanChange]) -> None:
        for change in changes:
            provider = change.provider
            self.stdout.write(
                f"{provider.name}, {provider.kvk_number}: {change.after} (proposed by {change.proposed_by})"
            )
