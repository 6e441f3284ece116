from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from providers.clients import create_client
from providers.errors import Unable
from providers.models import Provider
from providers.scopes import SCOPES


class Command(BaseCommand):
    help = "Create an API client for the provider with this KvK number; prints its secret once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kvk")
        parser.add_argument("--name", default="API")
        parser.add_argument("--scopes", nargs="+", default=list(SCOPES))

    def handle(self, *args: Any, **options: Any) -> None:
        provider = Provider.objects.filter(kvk_number=options["kvk"]).first()
        if provider is None:
            raise CommandError(f"No provider has the KvK number {options['kvk']}.")
        try:
            client, secret = create_client(provider, name=options["name"], scopes=options["scopes"])
        except Unable as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"client_id={client.client_id}\nclient_secret={secret}")
