"""`python -m demo.courses`: writes demo/courses.json.gz, the offer of 40 invented providers.

The file is Open Education API 6.0 with our fields in `consumer`. Names, KvK numbers and IBANs are
invented; the IBANs are valid but of a bank `TEST` that does not exist.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from random import Random
from typing import Any

from demo.offer import (
    CARE,
    CHILDCARE,
    CLEANING,
    COACHING,
    DIGITAL,
    EVC,
    EXTRA,
    HOSPITALITY,
    LANGUAGE,
    LOGISTICS,
    OFFICE,
    TECHNIQUE,
    Line,
)

FILE = Path(__file__).parent / "courses.json.gz"
SEED = 2018
CITIES = ["Amsterdam", "Rotterdam", "Den Haag", "Utrecht", "Eindhoven", "Groningen", "Tilburg"]
CITIES += ["Almere", "Breda", "Nijmegen", "Apeldoorn", "Arnhem", "Enschede", "Zwolle", "Emmen"]
CITIES += ["Leeuwarden", "Maastricht", "Heerlen", "Middelburg", "Dordrecht"]

# name of the provider, what it offers; {city} is drawn
PROVIDERS: list[tuple[str, list[Line]]] = [
    ("Buurtschool {city}", DIGITAL + LANGUAGE),
    ("De Leerhoek {city}", DIGITAL + LANGUAGE),
    ("Taalhuis aan het Plein {city}", LANGUAGE + DIGITAL),
    ("Klik en Klaar Digitaal", DIGITAL + OFFICE),
    ("Online Vakschool Noord", DIGITAL + OFFICE + LANGUAGE),
    ("Zorgschool De Linde {city}", CARE + LANGUAGE[:2]),
    ("Praktijkcentrum Zorg {city}", CARE),
    ("Leren in de Wijk {city}", CARE + DIGITAL[:3]),
    ("Magazijnschool {city}", LOGISTICS + EXTRA[:1]),
    ("Rijden en Laden {city}", LOGISTICS + EXTRA[:1]),
    ("Vaklokaal Techniek {city}", TECHNIQUE),
    ("Zon en Warmte Opleidingen", TECHNIQUE + LOGISTICS[3:4]),
    ("Werkplaats Oost {city}", TECHNIQUE + CLEANING[2:3]),
    ("Keukenschool {city}", HOSPITALITY + LANGUAGE[4:]),
    ("Gastvrij Leren {city}", HOSPITALITY + OFFICE[2:3]),
    ("Kantoorvaardig {city}", OFFICE + DIGITAL[3:6]),
    ("Zelf de Boeken", OFFICE + DIGITAL[4:6]),
    ("Schoon Vak {city}", CLEANING + LANGUAGE[:1]),
    ("Groen en Gebouw {city}", CLEANING),
    ("Stap Verder Loopbaancoaches", COACHING),
    ("Coach om de Hoek {city}", COACHING),
    ("Richting Werk {city}", COACHING),
    ("Moed en Werk Coaching", COACHING),
    ("Bureau Kompas Loopbaan", COACHING),
    ("Erkend Vakmanschap EVC", EVC),
    ("EVC-punt {city}", EVC),
    ("Bewijs van Kunnen", EVC),
    ("Kinderopvang De Zandbak {city}", CHILDCARE),
    ("Kinderopvang Hinkelpad {city}", CHILDCARE),
    ("Avondopvang De Maan {city}", CHILDCARE),
    ("Samen Leren {city}", LANGUAGE + CARE[:2] + EXTRA[1:2]),
    ("Volksschool {city}", DIGITAL + HOSPITALITY[:2] + OFFICE[:2]),
    ("Avondschool Het Baken {city}", OFFICE + LANGUAGE),
    ("Vakwerk in Modules", TECHNIQUE[:4] + CLEANING + LOGISTICS[:3]),
    ("Flexleren Nederland", DIGITAL + OFFICE + HOSPITALITY[1:2]),
    ("Instituut Kort en Praktisch", LOGISTICS + HOSPITALITY + CLEANING[:2]),
    ("Leerwinkel {city}", DIGITAL[:4] + EXTRA[2:]),
    ("Terug naar Werk {city}", CARE[:1] + DIGITAL + COACHING[1:2]),
    ("Vrouwenvakschool {city}", OFFICE + CARE + CHILDCARE[:1]),
    ("Zeeuwse Leerschuur", TECHNIQUE[:3] + CLEANING[2:3] + DIGITAL[:2]),
]


def main() -> None:
    """The same file every time: the draw has a fixed seed and the archive no time stamp."""
    draw = Random(SEED)
    items = [
        course
        for number, (pattern, lines) in enumerate(PROVIDERS, start=1)
        for course in _courses(number, pattern, lines, draw)
    ]
    text = json.dumps({"items": items}, ensure_ascii=False, separators=(",", ":"))
    FILE.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{FILE.name}: {len(PROVIDERS)} providers, {len(items)} courses.")


def _courses(number: int, pattern: str, lines: list[Line], draw: Random) -> list[dict[str, Any]]:
    city = draw.choice(CITIES)
    organisation = {
        "primaryCode": {"codeType": "kvkNumber", "code": f"00{number:06d}"},
        "name": [{"language": "nl-NL", "value": pattern.format(city=city)}],
    }
    online_only = "{city}" not in pattern
    iban = _iban(number)
    return [_course(organisation, iban, city, online_only, line, draw) for line in lines]


def _course(
    organisation: dict[str, Any],
    iban: str,
    city: str,
    online_only: bool,
    line: Line,
    draw: Random,
) -> dict[str, Any]:
    price = line.euros + 5 * (draw.randint(-4, 4) if line.euros < 700 else -draw.randint(0, 12))
    course: dict[str, Any] = {
        "primaryCode": {"codeType": "identifier", "code": line.code},
        "name": [{"language": "nl-NL", "value": line.name}],
        "description": [{"language": "nl-NL", "value": line.outcome}],
        "studyLoad": [{"studyLoadUnit": "hour", "value": line.hours}],
        "modesOfDelivery": [_mode(line.category, online_only, draw)],
        "duration": f"P{line.weeks}W",
        "teachingLanguages": ["nld"],
        "organisation": organisation,
        "consumer": {
            "consumerKey": "ontwikkelrekening",
            "iban": iban,
            "category": line.category,
            "price": f"{price}.00",
            "sessions": line.sessions,
            "exam": line.category == "exam" or line.code in ("LOG-01", "LOG-02", "HOR-02"),
            "certificate": line.category not in ("childcare", "travel", "materials"),
        },
    }
    if line.level:
        course["level"] = line.level
    if course["modesOfDelivery"] != ["online"]:
        course["addresses"] = [{"addressType": "teaching", "city": city}]
    return course


def _mode(category: str, online_only: bool, draw: Random) -> str:
    if category in ("childcare", "materials", "travel", "exam"):
        return "presential"
    if online_only:
        return draw.choice(["online", "online", "blended"])
    return draw.choice(["presential", "presential", "presential", "blended", "work_based"])


def _iban(number: int) -> str:
    account = f"TEST{number:010d}"
    digits = "".join(str(int(symbol, 36)) for symbol in f"{account}NL00")
    return f"NL{98 - int(digits) % 97:02d}{account}"


if __name__ == "__main__":
    main()
