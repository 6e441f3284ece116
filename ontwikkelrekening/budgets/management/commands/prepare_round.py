import json
from dataclasses import MISSING, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ledger.days import day_written
from ontwikkelrekening.budgets.management.schemes import find_scheme
from ontwikkelrekening.budgets.rounds import RoundDetails, UnableToPublish, prepare
from ontwikkelrekening.management.officers import officer
from providers.json_names import named_once


class Command(BaseCommand):
    help = (
        "Prepare a round from a JSON file with the fields of RoundDetails: "
        "manage.py prepare_round landelijk voorjaar.json --by petra"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("scheme")
        parser.add_argument("file", type=Path)
        parser.add_argument("--by", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        scheme = find_scheme(options["scheme"])
        by = officer(options["by"], right="budgets.add_round")
        try:
            round_ = prepare(scheme, _details(options["file"]), by=by)
        except UnableToPublish as error:
            raise CommandError(str(error)) from error
        except (OSError, ValueError, RecursionError) as error:
            raise CommandError(f"{options['file']}: {error}") from error
        self.stdout.write(f"{round_} ({round_.code}) is prepared. Someone else publishes it.")


def _details(file: Path) -> RoundDetails:
    given = json.loads(file.read_text(encoding="utf-8-sig"), object_pairs_hook=named_once)
    if not isinstance(given, dict):
        raise ValueError("this is no object with the fields of a round.")
    known = {field.name: field.default is MISSING for field in fields(RoundDetails)}
    if unknown := [name for name in given if name not in known]:
        raise ValueError(f"{unknown[0]}: a round has no such field; it has {', '.join(known)}.")
    if missing := [name for name, is_needed in known.items() if is_needed and name not in given]:
        raise ValueError(f"{missing[0]} is missing.")
    if not isinstance(given["categories"], list):
        raise ValueError('categories: this is no list, such as ["course"].')
    moments = {name: _moment(name, given[name]) for name in ("opens_at", "closes_at")}
    return RoundDetails(
        **given | moments | {"waits_until": _day("waits_until", given["waits_until"])}
    )


def _moment(name: str, text: object) -> datetime:
    try:
        moment = datetime.fromisoformat(text if isinstance(text, str) else "")
    except ValueError:
        raise ValueError(f"{name}: {text} is not a moment, such as 2027-03-01T09:00.") from None
    if moment.tzinfo:
        return moment
    here = timezone.make_aware(moment)
    if here.utcoffset() != here.replace(fold=1).utcoffset():
        raise ValueError(
            f"{name}: the clock is moved at {text}, which so comes twice or not at all; add its"
            " offset, such as +01:00."
        )
    return here


def _day(name: str, text: object) -> date:
    day = day_written(text) if isinstance(text, str) else None
    if day is None:
        raise ValueError(f"{name}: {text} is not a day, such as 2027-12-31.")
    return day
