import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from providers.clients import create_client
from providers.errors import Unable
from providers.models import Provider
from providers.scopes import SCOPES


class Command(BaseCommand):
    help = "Create an API client for each provider with one of these KvK numbers (all: every provider); prints each secret once; who signs with keys has none."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kvk", nargs="+", help="eight digits, or all")
        parser.add_argument("--name", default="API")
        parser.add_argument("--scopes", nargs="+", default=list(SCOPES))
        parser.add_argument("--jwks", type=Path, help="a file with the client's public keys")
        parser.add_argument("--jwks-uri", default="", help="the https address of those keys")
        parser.add_argument("--json", action="store_true", help="print one line of JSON a client")

    def handle(self, *args: Any, **options: Any) -> None:
        jwks = _read(options["jwks"]) if options["jwks"] else None
        for provider in _providers(options["kvk"]):
            with transaction.atomic():  # a client whose secret nobody could be shown is none
                self._create(provider, jwks=jwks, options=options)
                self.stdout.flush()

    def _create(self, provider: Provider, *, jwks: Any, options: dict[str, Any]) -> None:
        try:
            client, secret = create_client(
                provider,
                name=options["name"],
                scopes=options["scopes"],
                jwks=jwks,
                jwks_uri=options["jwks_uri"],
            )
        except Unable as error:
            raise CommandError(str(error)) from error
        shown = {
            "kvkNumber": provider.kvk_number,
            "name": provider.name,
            "clientId": client.client_id,
            **({} if client.signs else {"clientSecret": secret}),
        }
        if options["json"]:
            self.stdout.write(json.dumps(shown))
        else:
            self.stdout.write("\n".join(f"{key}={value}" for key, value in shown.items()))


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text())
    except (OSError, ValueError, RecursionError) as error:
        raise CommandError(f"{file} cannot be read as JSON: {error}") from error


def _providers(numbers: list[str]) -> list[Provider]:
    if numbers == ["all"]:
        return list(Provider.objects.order_by("kvk_number"))
    found = {each.kvk_number: each for each in Provider.objects.filter(kvk_number__in=numbers)}
    for number in numbers:
        if number not in found:
            raise CommandError(f"No provider has the KvK number {number}.")
    return [found[number] for number in numbers]
