import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from ontwikkelrekening.eligibility.models import Decision
from ontwikkelrekening.eligibility.replaying import begin, finish, replay


class Command(BaseCommand):
    help = (
        "Decide every decision again from its stored facts and policy; report each difference."
        " Stopped in the middle, it goes on where it was."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--anew", action="store_true", help="from the first decision, not where it was stopped"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        start = time.monotonic()
        run = begin(at=timezone.now(), anew=options["anew"])
        before, done = run.replayed + run.left_out, 0
        if before:
            self.stderr.write(f"Goes on after {before} decisions.")
        total = Decision.objects.count()
        with tqdm(total=total, initial=before, unit=" decisions", disable=None) as progress:
            for number in replay(run):
                done += number
                progress.update(number)
        finish(run, at=timezone.now())
        seconds = time.monotonic() - start
        run.refresh_from_db()
        for difference in run.differences.iterator():
            self.stderr.write(str(difference))
        differing = run.differences.count()
        altered = run.differences.values("decision_id").distinct().order_by().count()
        self.stdout.write(
            f"{run.replayed} decisions replayed, {run.left_out} erased and left out,"
            f" {differing} differences ({seconds:.1f} s, {done / seconds:,.0f} a second)."
        )
        if differing:
            raise CommandError(f"{altered} stored decisions and the rules do not agree.")
