import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ontwikkelrekening.budgets.management.rounds import officer
from ontwikkelrekening.budgets.management.schemes import find_scheme
from ontwikkelrekening.budgets.rounds import RoundDetails, UnableToPublish, prepare


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
        except KeyError as error:
            raise CommandError(f"{options['file']}: {error} is missing.") from error
        except (OSError, ValueError, TypeError, RecursionError) as error:
            raise CommandError(f"{options['file']}: {error}") from error
        self.stdout.write(f"{round_} ({round_.code}) is prepared. Someone else publishes it.")


def _details(file: Path) -> RoundDetails:
    fields = json.loads(file.read_text(encoding="utf-8"))
    if not isinstance(fields, dict):
        raise TypeError("this is no object with the fields of a round")
    for name in ("opens_at", "closes_at"):
        fields[name] = _moment(fields[name])
    fields["waits_until"] = date.fromisoformat(fields["waits_until"])
    return RoundDetails(**fields)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else timezone.make_aware(moment)
