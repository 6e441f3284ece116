"""Every Dutch catalogue is whole: nothing empty, nothing guessed, no placeholder of its own.

Django pours the catalogues together: of two texts for one message, one would never be shown.
"""

import re
from collections import defaultdict
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


def test_a_message_has_the_same_words_in_every_catalogue() -> None:
    texts: dict[tuple[str | None, str], set[tuple[str, ...]]] = defaultdict(set)
    for path in CATALOGUES:
        for entry in polib.pofile(str(path)):
            words = (entry.msgstr, *entry.msgstr_plural.values())
            texts[entry.msgctxt, entry.msgid].add(words)

    assert not {message: words for message, words in texts.items() if len(words) > 1}
