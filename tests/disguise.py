"""Tables of the application's own under other tables' names, which no guard may fall for."""

from django.db.backends.utils import CursorWrapper

from ontwikkelrekening.database import APP_ROLE


def allow_disguise(cursor: CursorWrapper) -> None:
    """Give the application the right that a disguise takes, and that it has not."""
    cursor.execute("SELECT format('GRANT TEMPORARY ON DATABASE %%I TO ', current_database())", [])
    (grant,) = cursor.fetchone()
    cursor.execute(grant + APP_ROLE)
