import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from ontwikkelrekening.eligibility.models import Decision
from ontwikkelrekening.eligibility.replaying import replay

SHOWN_MAX = 100


class Command(BaseCommand):
    help = "Decide every decision again from its stored facts and policy; report each difference."

    def handle(self, *args: Any, **options: Any) -> None:
        start = time.monotonic()
        replayed = differing = 0
        with tqdm(total=Decision.objects.count(), unit=" decisions", disable=None) as progress:
            for number, differences in replay():
                for difference in differences[: max(0, SHOWN_MAX - differing)]:
                    self.stderr.write(str(difference))
                replayed += number
                differing += len(differences)
                progress.update(number)
        seconds = time.monotonic() - start
        self.stdout.write(
            f"{replayed} decisions replayed, {differing} differences"
            f" ({seconds:.1f} s, {replayed / seconds:,.0f} a second)."
        )
        if differing:
            raise CommandError("Stored decisions and the rules do not agree.")
