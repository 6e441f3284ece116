"""The guards and the posting functions, as SQL beside this file."""

from pathlib import Path

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

HERE = Path(__file__).parent


def _run(*names: str):  # type: ignore[no-untyped-def]
    def run(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        for name in names:
            schema_editor.execute((HERE / name).read_text(), params=None)

    return run


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        migrations.RunPython(
            _run("guards.sql", "posting.sql", "periods.sql", "sealing.sql"),
            _run(
                "sealing_reverse.sql",
                "periods_reverse.sql",
                "posting_reverse.sql",
                "guards_reverse.sql",
            ),
        )
    ]
