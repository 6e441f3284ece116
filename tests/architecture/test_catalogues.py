"""Every Dutch catalogue is whole: nothing empty, nothing guessed, no placeholder of its own."""

import re
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parents[2]
CATALOGUES = sorted(
    path
    for package in ("ledger", "providers", "ontwikkelrekening")
    for path in (ROOT / package).glob("**/locale/nl/LC_MESSAGES/django.po")
)


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)", text))


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_catalogue_is_whole_and_compiled(path: Path) -> None:
    entries = [entry for entry in polib.pofile(str(path)) if not entry.obsolete]
    compiled = {
        (entry.msgctxt, entry.msgid): entry for entry in polib.mofile(str(path.with_suffix(".mo")))
    }

    for entry in entries:
        texts = [entry.msgstr] if entry.msgstr else list(entry.msgstr_plural.values())
        assert any(texts), f"{entry.msgid!r} has no Dutch"
        assert "fuzzy" not in entry.flags, f"{entry.msgid!r} is a guess"
        known = placeholders(entry.msgid + (entry.msgid_plural or ""))
        assert all(placeholders(text) <= known for text in texts), entry.msgid
        assert compiled[entry.msgctxt, entry.msgid].msgstr == entry.msgstr, (
            f"{entry.msgid!r} is not compiled"
        )


def test_there_are_catalogues() -> None:
    assert len(CATALOGUES) >= 4
