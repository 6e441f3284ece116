"""Dutch at level B1, as far as a machine can see it: short sentences, no words we do not say."""

import re
from pathlib import Path
from statistics import mean

import polib
import pytest

CATALOGUES = sorted(Path("ontwikkelrekening").glob("*/locale/nl/LC_MESSAGES/django.po"))
WORDS_MAX = 18
WORDS_ON_AVERAGE = 10
NEVER = re.compile(
    r"\b(middels|dient|dienen|teneinde|conform|inzake|omtrent|derhalve|aldus|alsmede|betreffende|"
    r"misbruik|fraude|fraudeur|schuld|schuldig|verwijtbaar|ingevolge|krachtens|jegens|geschiedt|"
    r"je|jij|jouw|jullie)\b",
    re.IGNORECASE,
)


def sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.?!:])\s+", text) if part.strip()]


def texts(catalogue: Path) -> list[str]:
    entries = polib.pofile(str(catalogue))
    return [t for entry in entries for t in (entry.msgstr, *entry.msgstr_plural.values()) if t]


def test_there_is_something_to_read() -> None:
    assert len(CATALOGUES) >= 2


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda path: path.parts[1])
def test_no_text_uses_a_word_we_do_not_say(catalogue: Path) -> None:
    assert [text for text in texts(catalogue) if NEVER.search(text)] == []


@pytest.mark.parametrize(
    "catalogue",
    [path for path in CATALOGUES if path.parts[1] in ("portal", "eligibility", "budgets")],
    ids=lambda path: path.parts[1],
)
def test_the_sentences_citizens_read_are_short(catalogue: Path) -> None:
    said = [sentence for text in texts(catalogue) for sentence in sentences(text)]
    whole = [len(sentence.split()) for sentence in said if sentence.endswith((".", "?", "!"))]

    assert [sentence for sentence in said if len(sentence.split()) > WORDS_MAX] == []
    assert mean(whole) <= WORDS_ON_AVERAGE


def test_the_check_sees_a_long_sentence_and_a_wrong_word() -> None:
    assert NEVER.search("U dient dit te doen.")
    assert not NEVER.search("U moet dit doen.")
    assert sentences("Kort. En nog een?") == ["Kort.", "En nog een?"]
