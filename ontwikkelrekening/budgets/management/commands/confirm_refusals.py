from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone
from tqdm import tqdm

from ontwikkelrekening.budgets.management.rounds import add_round, find_round
from ontwikkelrekening.budgets.refusing import RIGHT, confirm_these, reasons, slices, waiting
from ontwikkelrekening.management.officers import officer


class Command(BaseCommand):
    help = (
        "List who is refused in a closed round and why, and confirm that as a person: "
        "manage.py confirm_refusals voorjaar [--by rosa]. Stopped, it goes on where it was."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_round(parser)
        parser.add_argument(
            "--by", help="the reviewer who stands behind all of these; without, they are listed"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        round_ = find_round(options["round"])
        by = officer(options["by"], right=RIGHT) if options["by"] is not None else ""
        done = 0
        with tqdm(total=waiting(round_).count(), unit="refusal", disable=None) as bar:
            for refusals in slices(round_):
                for refusal in refusals:
                    code, why = refusal.application.account_code, " ".join(reasons(refusal))
                    self.stdout.write(f"{code}: {why}")
                if by:
                    done += confirm_these(refusals, round_=round_, by=by, at=timezone.now())
                else:
                    done += len(refusals)
                bar.update(len(refusals))
        self.stdout.write(f"{done} refusals {f'confirmed by {by}' if by else 'to confirm'}.")
