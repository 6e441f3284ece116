from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ledger.money import to_money
from ontwikkelrekening.budgets.contributing import UnusableFile, contribute
from ontwikkelrekening.budgets.management.schemes import find_fund


class Command(BaseCommand):
    help = "Take in a funder's contributions: manage.py import_contributions bakkerij bijdragen.csv"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("scheme")
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        fund = find_fund(options["scheme"])
        try:
            text = options["file"].read_text(encoding="utf-8-sig")
            done = contribute(fund, text, on=timezone.localdate(at), at=at)
        except OSError as error:
            raise CommandError(str(error)) from error
        except UnicodeDecodeError:
            raise CommandError(f"{options['file']} is not text in UTF-8.") from None
        except UnusableFile as error:
            raise CommandError(f"Nothing was taken in.\n{error}") from error
        self.stdout.write(
            f"{done.new} contributions, {to_money(done.cents).amount} euros; "
            f"{done.known} were there already."
        )
