from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from ledger.management.arguments import folder
from ontwikkelrekening.payouts.management.payments import (
    add_batch,
    add_who,
    clear_errors,
    find_batch,
)
from ontwikkelrekening.payouts.models import BatchState
from ontwikkelrekening.payouts.officers import payment_officer
from ontwikkelrekening.payouts.paying import release_batch


class Command(BaseCommand):
    help = "Release a prepared batch and write its file: manage.py release_payments --by bas [BATCH] [--out DIRECTORY]"

    def add_arguments(self, parser: CommandParser) -> None:
        add_batch(parser)
        add_who(parser)
        parser.add_argument("--out", type=folder, help="also write the file in this directory")

    def handle(self, *args: Any, **options: Any) -> None:
        with clear_errors():
            officer = payment_officer(options["by"])
            batch = find_batch(options["batch"], BatchState.PREPARED)
            batch = release_batch(batch, by=officer.get_username(), at=timezone.now())
        self.stdout.write(f"{batch} is released, SHA-256 {batch.file_sha256}.")
        if options["out"]:
            path = options["out"] / f"{batch}.xml"
            path.write_bytes(bytes(batch.file or b""))
            self.stdout.write(f"The file is {path}.")
