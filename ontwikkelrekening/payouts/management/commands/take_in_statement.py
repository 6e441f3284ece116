from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from ledger.euros import euros
from ledger.money import to_cents
from ontwikkelrekening.management.officers import officer
from ontwikkelrekening.payouts.bank_statements.taking_in import take_in
from ontwikkelrekening.payouts.management.recoveries import clear_errors
from ontwikkelrekening.payouts.models import BankStatement, Became


class Command(BaseCommand):
    help = (
        "Take in what the bank says of the account that is paid from: manage.py take_in_statement "
        "afschrift.xml --by ineke. Batches are settled and payments returned as it says."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="bank statements in camt.053")
        parser.add_argument("--by", required=True, help="the payment officer who takes it in")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would become of it, and keep nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        by = officer(options["by"], right="payouts.add_bankstatement")
        try:
            content = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(str(error)) from error
        with clear_errors(), transaction.atomic():
            for statement in take_in(content, by=by, at=timezone.now()):
                self._say(statement)
            transaction.set_rollback(options["dry_run"])

    def _say(self, statement: BankStatement) -> None:
        self.stdout.write(
            f"{statement} through {statement.closes_on}: from {euros(to_cents(statement.opening))} "
            f"to {euros(to_cents(statement.closing))} euros."
        )
        entries = list(statement.entries.all())
        counts = Counter(entry.became for entry in entries)
        self.stdout.write("".join(f"  {count} {became}\n" for became, count in counts.items()))
        for entry in entries:
            if entry.became == Became.UNKNOWN:
                self.stdout.write(
                    f"  unknown: {entry.booked_on} {euros(to_cents(entry.amount))} {entry.reference}"
                )
