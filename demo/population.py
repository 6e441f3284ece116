"""Write demo/citizens.csv.gz: people in the groups of Panteia's study of 2018, all of them invented.

    python -m demo.population [--people 5000] [--seed 20181112] [--out demo/citizens.csv.gz]

Names are drawn from lists, numbers from the range 9999xxxxx that no real BSN has (they pass the
11-test), so the same seed writes the same file byte for byte. Shares and sources: demo/README.md.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from stdnum.nl import bsn

TODAY = date(2026, 1, 2)  # the day the personas at a boundary are made for
COLUMNS = (
    "bsn", "given_name", "family_name", "born_on", "language", "facts_from", "source", "contract",
    "household", "benefit", "education", "working_since", "residence",
)  # fmt: skip
Person = dict[str, str]

# Groups of the study (Panteia 2018: each of 750,000 to 900,000 people) on some 11 million people
# between 18 and AOW age: about 7.5 percent each.
SHARES = {
    "low_skilled_permanent": 75,
    "flex_worker": 65,
    "flex_worker_and_single_mother": 10,
    "single_mother_with_work": 20,
    "single_mother_on_benefit": 25,
    "carer_without_income": 25,
    "no_facts": 5,
    "minor": 3,
    "pensioner": 7,
    "abroad": 3,
    "everyone_else": 762,
}
FLEX = ("temporary", "on_call", "zero_hours", "agency", "seconded", "self_employed",
        "bogus_self_employed", "no_contract")  # fmt: skip
FLEX_WEIGHTS = (30, 22, 8, 14, 4, 17, 3, 2)
LOW = ("none", "primary", "vmbo", "mbo1", "mbo2", "mbo3", "mbo4", "havo_vwo")
LOW_WEIGHTS = (1, 6, 22, 6, 22, 16, 22, 5)
HIGH = ("mbo4", "havo_vwo", "hbo", "university")
HIGH_WEIGHTS = (22, 10, 42, 26)
HOMES = ("partner", "alone", "partner_and_children", "other")
HOME_WEIGHTS = (32, 26, 34, 8)
GIVEN = (
    "Aïcha", "Amir", "Anna", "Anouk", "Ayşe", "Bart", "Bram", "Carla", "Chantal", "Danny", "Demi",
    "Dewi", "Dirk", "Elif", "Els", "Emma", "Erik", "Esther", "Fleur", "Floor", "Frank", "Gerda",
    "Hanna", "Hassan", "Ilse", "Imane", "Ingrid", "Jamal", "Jan", "Jeroen", "Joke", "Joyce",
    "Karin", "Kees", "Kevin", "Khadija", "Kim", "Lars", "Latifa", "Linda", "Lisa", "Maaike",
    "Malika", "Marco", "Maria", "Marloes", "Mehmet", "Michelle", "Mo", "Monique", "Nadia", "Naomi",
    "Nick", "Noor", "Olga", "Patricia", "Paulien", "Peter", "Priya", "Quincy", "Rachid", "Renske",
    "Ricardo", "Rob", "Roos", "Ruben", "Sandra", "Sanne", "Sharon", "Shirley", "Sjoerd", "Sofie",
    "Stefan", "Susan", "Thijs", "Tim", "Vera", "Wendy", "Wesley", "Wilma", "Yara", "Youssef",
    "Yvonne", "Zeynep", "Zoë",
)  # fmt: skip
FAMILY = (
    "Aarts", "Achterberg", "Aksoy", "Amrani", "van Asperen", "Bakker", "Baran", "van den Berg",
    "Bosman", "Bouazza", "Brouwer", "de Bruijn", "Chen", "Cornelissen", "Dekker", "Demir",
    "van Dijk", "Doorn", "Driessen", "van Eck", "El Idrissi", "Engels", "Faber", "Feenstra",
    "Gerritsen", "de Graaf", "Groen", "de Haan", "Haddad", "Heemskerk", "Hendriks", "'t Hoen",
    "Hoekstra", "Jansen", "de Jong", "Kaya", "Kok", "Koning", "Kuiper", "van der Laan", "Lammers",
    "van Leeuwen", "Linders", "Maas", "Martina", "Meijer", "Molenaar", "Mulder", "Nguyen", "Noor",
    "Oosterhuis", "Ouali", "Peeters", "Pinas", "Postma", "Prins", "Ramdin", "van Rijn", "Roos",
    "Schouten", "Silva", "Smit", "van der Sluis", "Soekhai", "Timmermans", "Tol", "Tuinstra",
    "Ünal", "Veenstra", "Verhoeven", "Visser", "van Vliet", "Vos", "de Vries", "Wester", "Wijnen",
    "Wolters", "Yilmaz", "van Zanten", "Zwart",
)  # fmt: skip


def _person(given: str, family: str, born_on: str, **facts: str) -> Person:
    facts_from = facts.pop("facts_from", "2025-09-01")
    person = {"given_name": given, "family_name": family, "born_on": born_on, "language": "nl"}
    if facts:
        person |= {"facts_from": facts_from, "source": "own_statement", "residence": "yes"}
    return person | facts


# Read in the demo and the guides; their BSN's are the first numbers of the range.
PERSONAS = (
    _person("Fatima", "Amrani", "1991-04-03", contract="agency", household="sole_parent",
            benefit="none", education="mbo2", working_since="2012-09-01"),
    _person("Henk", "de Boer", "1974-11-20", contract="permanent", household="partner",
            benefit="none", education="mbo2", working_since="2006-03-01"),
    _person("Samira", "Haddad", "1988-07-14", contract="no_work",
            household="partner_and_children", benefit="none", education="vmbo"),
    _person("Johan", "Visser", "1985-01-30", contract="permanent", household="sole_parent",
            benefit="none", education="hbo", working_since="2010-02-01"),
    _person("Ria", "Postma", "1979-05-09", contract="no_work", household="sole_parent",
            benefit="social_assistance", education="mbo1"),
    _person("Thomas", "Prins", "1990-10-10", contract="permanent", household="partner",
            benefit="none", education="university", working_since="2015-01-01"),
    _person("Noor", "Wijnen", "1996-06-21"),  # nothing is known of her
    _person("Lieke", "Doorn", "2004-02-29", contract="on_call", household="alone",
            benefit="none", education="mbo3", working_since="2022-07-01"),
    _person("Wim", "Tol", "1959-01-03", contract="temporary", household="partner",
            benefit="none", education="vmbo", working_since="1976-08-01"),  # AOW age tomorrow
    _person("Ans", "Maas", "1959-01-02", contract="permanent", household="alone",
            benefit="none", education="mbo4", working_since="1980-01-01"),  # AOW age today
    _person("Daan", "Faber", "2008-01-03", contract="zero_hours", household="other",
            benefit="none", education="vmbo", working_since="2024-06-01"),  # 18 tomorrow
    _person("Mila", "Kok", "2008-01-02", contract="zero_hours", household="other",
            benefit="none", education="vmbo", working_since="2024-06-01"),  # 18 today
    _person("Grace", "Pinas", "1983-12-12", contract="self_employed", household="sole_parent",
            benefit="none", education="hbo", language="en"),
)  # fmt: skip


def bsns() -> Iterator[str]:
    """Numbers that pass the 11-test in a range no real person has."""
    return (
        str(number) for number in range(999_900_000, 1_000_000_000) if bsn.is_valid(str(number))
    )


def population(*, people: int, seed: int) -> Iterator[Person]:
    """The personas first, then people drawn by the shares."""
    draw = random.Random(seed)
    numbers = bsns()
    kinds = draw.choices(list(SHARES), weights=list(SHARES.values()), k=people - len(PERSONAS))
    for person in PERSONAS:
        yield {"bsn": next(numbers)} | person
    for kind in kinds:
        yield {"bsn": next(numbers)} | _drawn(kind, draw)


def _drawn(kind: str, draw: random.Random) -> Person:
    born_on = _born_on(kind, draw)
    facts = _facts(kind, born_on, draw)
    if "contract" in facts and facts["contract"] != "no_work":
        first = born_on + timedelta(days=int(365.25 * draw.uniform(17, 24)))
        facts.setdefault("working_since", min(first, TODAY - timedelta(days=30)).isoformat())
    if facts:
        facts["facts_from"] = (TODAY - timedelta(days=draw.randrange(20, 900))).isoformat()
        facts["facts_from"] = max(facts["facts_from"], facts.get("working_since", ""))
        facts["source"] = draw.choices(("own_statement", "register", "municipality"), (6, 3, 1))[0]
        facts.setdefault("residence", "yes")
    language = "en" if draw.random() < 0.06 else "nl"
    names = {"given_name": draw.choice(GIVEN), "family_name": draw.choice(FAMILY)}
    return names | {"born_on": born_on.isoformat(), "language": language} | facts


def _born_on(kind: str, draw: random.Random) -> date:
    youngest, oldest = {
        "minor": (15, 18), "pensioner": (67.1, 80), "low_skilled_permanent": (32, 66),
        "flex_worker_and_single_mother": (21, 52), "single_mother_with_work": (22, 56),
        "single_mother_on_benefit": (20, 56), "carer_without_income": (22, 56),
        "flex_worker": (18.1, 64),
    }.get(kind, (18.1, 66.9))  # fmt: skip
    return TODAY - timedelta(days=int(365.25 * draw.uniform(youngest, oldest)))


def _facts(kind: str, born_on: date, draw: random.Random) -> Person:
    low, high = draw.choices(LOW, LOW_WEIGHTS)[0], draw.choices(HIGH, HIGH_WEIGHTS)[0]
    any_school = draw.choice((low, high))
    flex = draw.choices(FLEX, FLEX_WEIGHTS)[0]
    home = draw.choices(HOMES, HOME_WEIGHTS)[0]
    some_benefit = draw.choice(("none", "social_assistance"))
    benefit = draw.choices(("social_assistance", "disability", "unemployment"), (8, 1, 1))[0]
    since = born_on + timedelta(days=int(365.25 * draw.uniform(16.5, 21)))
    facts = {
        "no_facts": {},
        "low_skilled_permanent": _of("permanent", home, "none", low)
        | {"working_since": since.isoformat()},
        "flex_worker": _of(flex, home, "none", any_school),
        "flex_worker_and_single_mother": _of(flex, "sole_parent", some_benefit, low),
        "single_mother_with_work": _of("permanent", "sole_parent", "none", any_school),
        "single_mother_on_benefit": _of("no_work", "sole_parent", benefit, low),
        "carer_without_income": _of("no_work", "partner_and_children", "none", low),
        "abroad": _of("permanent", home, "none", high) | {"residence": "no"},
        "minor": _of("zero_hours", "other", "none", "vmbo"),
    }.get(kind)
    return _everyone_else(home, high, draw) if facts is None else facts


def _everyone_else(household: str, education: str, draw: random.Random) -> Person:
    """In no group: higher schooled or short at work, an employer, or on benefit without children."""
    if draw.random() < 0.08:
        return _of("employer", household, "none", education)
    if draw.random() < 0.07:
        benefit = draw.choice(("unemployment", "disability", "sickness"))
        return _of("no_work", draw.choice(("alone", "partner")), benefit, education)
    return _of("permanent", household, "none", draw.choice(("hbo", "university")))


def _of(contract: str, household: str, benefit: str, education: str) -> Person:
    return {
        "contract": contract,
        "household": household,
        "benefit": benefit,
        "education": education,
    }


def write(path: Path, *, people: int, seed: int) -> None:
    """The file, the same bytes for the same seed."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(population(people=people, seed=seed))
    with path.open("wb") as file, gzip.GzipFile("", "wb", mtime=0, fileobj=file) as packed:
        packed.write(text.getvalue().encode())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=20181112)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "citizens.csv.gz")
    options = parser.parse_args()
    write(options.out, people=options.people, seed=options.seed)
    print(f"{options.people} people in {options.out} ({options.out.stat().st_size // 1024} KiB).")


if __name__ == "__main__":
    main()
