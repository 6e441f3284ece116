"""What the payment commands share: who does it, which batch, and clear errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from ledger.management.writing import whole
from ledger.posting import UnableToPost
from ontwikkelrekening.payouts.errors import UnableToPay
from ontwikkelrekening.payouts.models import BatchState, PaymentBatch
from ontwikkelrekening.payouts.officers import payment_officer
from ontwikkelrekening.payouts.sepa import UnableToWriteFile


def add_who(parser: CommandParser) -> None:
    parser.add_argument("--by", required=True, help="the payment officer who does this")


def add_batch_and_who(parser: CommandParser) -> None:
    parser.add_argument(
        "batch", nargs="?", help="the batch's message id; may be left out when there is one"
    )
    add_who(parser)


def act_on_batch(
    options: dict[str, Any], act: Callable[..., PaymentBatch], *, state: BatchState
) -> PaymentBatch:
    """Do what a command is for to the batch that its arguments name, or the only one in this state."""
    with clear_errors():
        officer = payment_officer(options["by"])
        batch = find_batch(options["batch"], state)
        return act(batch, by=officer.get_username(), at=timezone.now())


def find_batch(message_id: str | None, state: BatchState) -> PaymentBatch:
    """The batch of this name, or without one the only batch in this state; raises CommandError."""
    batches = PaymentBatch.objects.filter(
        **{"message_id": message_id} if message_id else {"state": state}
    )
    found = list(batches[:2])
    if len(found) == 1:
        return found[0]
    if message_id:
        raise CommandError(f"There is no batch {message_id}.")
    if found:
        raise CommandError(f"More than one batch is {state.value}: name the one you mean.")
    raise CommandError(f"There is no batch that is {state.value}.")


def write_file(batch: PaymentBatch, folder: Path) -> Path:
    """Write the file of a released batch in a folder, whole; raises CommandError."""
    path = folder / f"{batch}.xml"
    with whole(path) as unfinished:
        unfinished.write_bytes(bytes(batch.file or b""))
    return path


@contextmanager
def clear_errors() -> Iterator[None]:
    """One plain sentence instead of a traceback."""
    try:
        yield
    except (UnableToPay, UnableToPost, UnableToWriteFile) as error:
        raise CommandError(str(error)) from error
