import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from ledger.balances import balance
from ledger.management.arguments import day, seconds
from ledger.money import to_money
from ledger.posting import Overdrawn
from ontwikkelrekening.budgets.funding import UnableToFund, fund_of
from ontwikkelrekening.budgets.management.schemes import find_scheme
from ontwikkelrekening.budgets.models import TopUpRun
from ontwikkelrekening.budgets.topping_up import Progress, UnableToTopUp, progress, start_run
from ontwikkelrekening.eligibility.policies import NoPolicy
from providers.outbox import drain


class Command(BaseCommand):
    help = "The yearly top-up: manage.py top_up landelijk [--on 2026-01-01] [--here]"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("scheme", help="the code of the scheme, such as landelijk")
        parser.add_argument(
            "--on",
            type=day,
            help="the day of the facts; by default of the run that is open, or today",
        )
        parser.add_argument(
            "--here", action="store_true", help="do the work in this process, not in the workers"
        )
        parser.add_argument(
            "--wait", type=seconds, default=600, help="seconds to wait for the workers"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        started, at = time.monotonic(), timezone.now()
        scheme = find_scheme(options["scheme"])
        try:
            run = start_run(scheme, on=options["on"], at=at)
        except (UnableToTopUp, UnableToFund, NoPolicy) as error:
            raise CommandError(str(error)) from None
        was_done = progress(run).is_done
        if options["here"]:
            drain()
        state = _follow(run, until=started + options["wait"], here=options["here"])
        if not state.is_done:
            raise CommandError(
                f"{state.done} of {state.chunks} chunks are done: {_why(run, state)}."
            )
        self.stdout.write(
            f"{run}: {state.granted} granted, {state.refused} refused, "
            f"{to_money(state.cents).amount} euros, in {time.monotonic() - started:.1f} s."
        )
        if was_done:
            self.stdout.write(
                "Nothing was left to do: who is registered since waits for a run of a later day."
            )


def _why(run: TopUpRun, state: Progress) -> str:
    """What keeps a run, and what to do when the fund is short; other problems in the database's words."""
    why = [each for each in state.problems if not each.startswith(Overdrawn.__name__)]
    if len(why) < len(state.problems):
        left = to_money(balance(fund_of(run.scheme).account_id)).amount
        why.append(
            f"the fund has {left} euros left, less than is needed; the run stays open and goes on with"
            " this command after make_available"
        )
    return "; ".join(why) or "the workers are still at it"


def _follow(run: TopUpRun, *, until: float, here: bool) -> Progress:
    """Show the progress until all is done, a chunk fails or time is up."""
    state = progress(run)
    with tqdm(total=state.chunks, initial=state.done, unit="chunk", disable=None) as bar:
        while not (state.is_done or state.problems or here) and time.monotonic() < until:
            time.sleep(0.2)
            state = progress(run)
            bar.update(state.done - bar.n)
    return state
