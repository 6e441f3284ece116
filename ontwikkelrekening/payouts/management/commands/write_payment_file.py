from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ledger.management.arguments import folder
from ontwikkelrekening.payouts.errors import WrongState
from ontwikkelrekening.payouts.management.payments import (
    add_batch_and_who,
    clear_errors,
    find_batch,
    write_file,
)
from ontwikkelrekening.payouts.models import BatchState
from ontwikkelrekening.payouts.officers import payment_officer


class Command(BaseCommand):
    help = "Write the file of a released batch again: manage.py write_payment_file --by bas [BATCH] [--out DIRECTORY]"

    def add_arguments(self, parser: CommandParser) -> None:
        add_batch_and_who(parser)
        parser.add_argument("--out", type=folder, default=Path())

    def handle(self, *args: Any, **options: Any) -> None:
        with clear_errors():
            payment_officer(options["by"])
            batch = find_batch(options["batch"], BatchState.RELEASED)
            if not batch.file:
                raise WrongState(batch, BatchState.RELEASED)
        path = write_file(batch, options["out"])
        self.stdout.write(f"The file is {path}, SHA-256 {batch.file_sha256}.")
