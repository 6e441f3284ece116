from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger.management.arguments import folder
from ontwikkelrekening.payouts.management.payments import (
    act_on_batch,
    add_batch_and_who,
    write_file,
)
from ontwikkelrekening.payouts.models import BatchState
from ontwikkelrekening.payouts.paying import release_batch


class Command(BaseCommand):
    help = "Release a prepared batch and write its file: manage.py release_payments --by bas [BATCH] [--out DIRECTORY]"

    def add_arguments(self, parser: CommandParser) -> None:
        add_batch_and_who(parser)
        parser.add_argument("--out", type=folder, help="also write the file in this directory")

    def handle(self, *args: Any, **options: Any) -> None:
        batch = act_on_batch(options, release_batch, state=BatchState.PREPARED)
        self.stdout.write(f"{batch} is released, SHA-256 {batch.file_sha256}.")
        if options["out"]:
            try:
                self.stdout.write(f"The file is {write_file(batch, options['out'])}.")
            except CommandError as error:
                raise CommandError(
                    f"{error}. Write it with: manage.py write_payment_file {batch} --by NAME"
                ) from None
