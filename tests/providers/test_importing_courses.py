"""A file of courses goes in whole or not at all, and twice changes nothing."""

import csv
import gzip
import json
import re
import tracemalloc
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from ontwikkelrekening.staff import set_up_groups
from providers import changing_iban
from providers.importing import Fault, UnableToImport, import_courses, importing
from providers.importing.reading import PROVIDER, REQUIRED, Reason
from providers.models import Course, IbanChange, Provider, StateChange
from tests.budgets.world import staff
from tests.providers.world import MONDAY, agreed, de_linde, iban

pytestmark = pytest.mark.django_db
DEMO = Path(__file__).parents[2] / "demo" / "courses.json.gz"
GOOD = {
    "kvkNumber": "00004001",
    "provider": "Buurtschool Almere",
    "iban": iban(4001),
    "primaryCode": "DIG-01",
    "name": "Basis digitale vaardigheden",
    "description": "U kunt e-mailen, zoeken en veilig inloggen.",
    "category": "course",
    "price": "260.00",
    "studyLoad": "24",
    "sessions": "8",
    "duration": "P8W",
    "modeOfDelivery": "online",
    "level": "",
    "teachingLanguage": "nld",
    "place": "Almere",
    "exam": "false",
    "certificate": "true",
}


def csv_file(folder: Path, *rows: dict[str, str]) -> Path:
    text = StringIO()
    writer = csv.DictWriter(text, GOOD)
    writer.writeheader()
    writer.writerows(rows)
    path = folder / "courses.csv"
    path.write_text(text.getvalue())
    return path


def faults_of(path: Path) -> list[Fault]:
    with pytest.raises(UnableToImport) as failure:
        import_courses(path, by="olga", at=MONDAY)
    return failure.value.faults


def test_the_demos_offer_goes_in_and_twice_changes_nothing() -> None:
    first = import_courses(DEMO, by="olga", at=MONDAY)
    second = import_courses(DEMO, by="olga", at=MONDAY)

    assert (first.providers, first.added) == (40, 287)
    assert (second.providers, second.added, second.changed, second.unchanged) == (0, 0, 0, 287)
    assert Course.objects.published().count() == 287
    assert StateChange.objects.count() == 287


def test_an_import_takes_a_constant_number_of_queries(
    tmp_path: Path, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(12):
        import_courses(DEMO, by="olga", at=MONDAY)


def test_a_csv_row_becomes_a_published_course(tmp_path: Path) -> None:
    import_courses(csv_file(tmp_path, GOOD), by="olga", at=MONDAY)

    course = Course.objects.select_related("provider").get()
    assert course.provider.name == "Buurtschool Almere"
    assert (course.code, str(course.price.amount), course.weeks) == ("DIG-01", "260.00", 8)
    assert (course.state, course.mode, course.has_exam) == ("published", "online", False)


def test_a_changed_price_changes_the_course(tmp_path: Path) -> None:
    import_courses(csv_file(tmp_path, GOOD), by="olga", at=MONDAY)
    done = import_courses(csv_file(tmp_path, {**GOOD, "price": "255.00"}), by="olga", at=MONDAY)

    assert (done.added, done.changed) == (0, 1)
    events = StateChange.objects.order_by("pk").values_list("event", flat=True)
    assert list(events) == ["publish", "withdraw", "revise", "publish"]
    assert str(Course.objects.get().price.amount) == "255.00"


def test_what_people_agreed_to_is_refused_by_line(tmp_path: Path) -> None:
    import_courses(csv_file(tmp_path, GOOD), by="olga", at=MONDAY)
    agreed(Course.objects.get())

    with pytest.raises(UnableToImport) as refused:
        import_courses(csv_file(tmp_path, {**GOOD, "price": "255.00"}), by="olga", at=MONDAY)
    renamed = import_courses(
        csv_file(tmp_path, {**GOOD, "name": "Digitaal verder"}), by="olga", at=MONDAY
    )

    assert [(fault.line, fault.field) for fault in refused.value.faults] == [(2, "price")]
    assert renamed.changed == 1
    course = Course.objects.get()
    assert (course.name, str(course.price.amount)) == ("Digitaal verder", "260.00")
    assert course.state == "published"


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("kvkNumber", "123", "eight digits"),
        ("iban", "NL00TEST0000004001", "not a valid IBAN"),
        ("provider", "", "1 to 70"),
        ("primaryCode", "", "required"),
        ("name", "x" * 201, "longer than 200"),
        ("category", "wellness", "not one of"),
        ("price", "0.00", "positive amount"),
        ("price", "-10", "positive amount"),
        ("price", "10.005", "positive amount"),
        ("price", "1.260", "write a thousand as 1000"),
        ("price", "1,2,3", "positive amount"),
        ("price", "1000000", "positive amount"),
        ("price", "٢٦٠", "positive amount"),
        ("name", "a\tb", "control and hidden characters"),
        ("studyLoad", "9" * 30, "whole number"),
        ("studyLoad", "0", "whole number"),
        ("studyLoad", "24 hours", "whole number"),
        ("duration", "P0W", "weeks"),
        ("duration", "8 weken", "weeks"),
        ("modeOfDelivery", "post", "not one of"),
        ("teachingLanguage", "nl", "three letters"),
        ("exam", "misschien", "not one of"),
        ("description", "a\x07b", "control and hidden characters"),
    ],
)
def test_a_wrong_value_is_reported_with_its_line_and_field(
    tmp_path: Path, column: str, value: str, reason: str
) -> None:
    (fault,) = faults_of(csv_file(tmp_path, GOOD, {**GOOD, "primaryCode": "B", column: value}))

    assert (fault.line, fault.field) == (3, column)
    assert reason in fault.reason
    assert not Provider.objects.exists()


def test_every_error_of_a_row_is_reported(tmp_path: Path) -> None:
    bad = {**GOOD, "kvkNumber": "1", "price": "0", "exam": "soms"}

    assert {fault.field for fault in faults_of(csv_file(tmp_path, bad))} == {
        "kvkNumber",
        "price",
        "exam",
    }


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({}, "primaryCode"),  # the same course twice
        ({"primaryCode": "B", "iban": iban(4002)}, "iban"),
        ({"primaryCode": "B", "provider": "Iemand anders"}, "provider"),
        ({"kvkNumber": "00004002", "provider": "Iemand anders"}, "iban"),
    ],
)
def test_rows_that_contradict_each_other_are_reported(
    tmp_path: Path, change: dict[str, str], field: str
) -> None:
    (fault,) = faults_of(csv_file(tmp_path, GOOD, {**GOOD, **change}))

    assert (fault.line, fault.field) == (3, field)


def test_an_import_proposes_the_ibans_of_who_is_admitted(tmp_path: Path) -> None:
    path = csv_file(tmp_path, GOOD)
    import_courses(path, by="olga", at=MONDAY)

    change = IbanChange.objects.get()
    assert (change.provider.iban, change.is_first, change.agreed) == ("", True, None)
    assert (change.after, change.proposed_by) == (iban(4001), "olga")
    assert change.reason == "In the file courses.csv"
    for answer in (changing_iban.decline, changing_iban.agree):  # the same file once more
        import_courses(path, by="olga", at=MONDAY)
        assert IbanChange.objects.filter(agreed=None).count() == 1
        answer(IbanChange.objects.get(agreed=None), by="bas", at=MONDAY)
        import_courses(path, by="olga", at=MONDAY)
        assert not IbanChange.objects.filter(agreed=None).exists()
        if answer is changing_iban.decline:
            changing_iban.propose(change.provider, iban(4001), reason="x", by="olga", at=MONDAY)
    assert Provider.objects.get().iban == iban(4001)


def test_an_import_holds_ibans_against_what_waits_too(tmp_path: Path) -> None:
    known, other = de_linde(is_paid=False), de_linde("Taalhuis")
    changing_iban.propose(other, iban(4001), reason="x", by="olga", at=MONDAY)
    row = {**GOOD, "kvkNumber": known.kvk_number, "provider": known.name}

    (otherwise,) = faults_of(csv_file(tmp_path, {**row, "iban": iban(4002)}))
    (of_other,) = faults_of(csv_file(tmp_path, GOOD))

    assert otherwise.reason == Reason.OTHER_IBAN
    assert of_other.reason == Reason.IBAN_OF_OTHER
    assert of_other.field == "iban"


def test_an_import_cannot_move_a_providers_money_to_another_iban(tmp_path: Path) -> None:
    known = de_linde()
    row = {**GOOD, "kvkNumber": known.kvk_number, "provider": known.name}

    (fault,) = faults_of(csv_file(tmp_path, row))

    assert (fault.field, fault.reason) == ("iban", "this provider is registered with another IBAN")


@pytest.mark.parametrize(
    ("name", "content", "field"),
    [
        ("a.csv", b"kvkNumber,provider\n1,2\n", "iban"),
        ("a.csv", b"\xff\xfe\x00", "file"),
        ("a.json", b"{", "file"),
        ("a.json", b"[" * 100_000, "file"),
        ("a.json", b'{"courses": []}', "items"),
        ("a.json", b'[{"name": []}]', "course"),
        ("a.json", b"[null]", "course"),
        ("a.json", b'[{"consumer": {"consumerKey": "x"}}]', "course"),
        ("a.json.gz", b"no gzip", "file"),
        ("a.csv", b"", "file"),
        ("a.csv", b"\xef\xbb\xbf \n", "file"),
        ("a.csv", b"PK\x03\x04\x14\x00", "file"),
        ("a.csv", b"kvkNumber\x00", "file"),
        (
            "a.csv",
            b"kvkNumber,provider,iban,primaryCode,name,category,price,studyLoad,name\n",
            "name",
        ),
    ],
)
def test_an_unreadable_file_says_so(tmp_path: Path, name: str, content: bytes, field: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    assert faults_of(path)[0].field == field


def test_a_small_file_that_unpacks_to_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BYTES_MAX", 1_000_000)
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(b"," * 50_000_000, compresslevel=1))

    tracemalloc.start()
    (fault,) = faults_of(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert fault.reason == "the file is larger than 100 MB when unpacked: divide it"
    assert peak < 5_000_000


def test_too_many_rows_or_errors_end_the_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "ROWS_MAX", 2)
    monkeypatch.setattr(importing, "FAULTS_MAX", 3)
    good = [{**GOOD, "primaryCode": f"A{number}"} for number in range(5)]

    (many,) = faults_of(csv_file(tmp_path, *good))
    wrong = faults_of(csv_file(tmp_path, *[{**row, "price": "gratis"} for row in good]))

    assert (many.line, many.reason) == (4, "more than 2 courses: divide the file")
    assert len(wrong) == 3


@pytest.mark.parametrize(
    ("delimiter", "codec"),
    [
        (";", "cp1252"),
        (";", "utf-8-sig"),
        ("\t", "utf-16"),
        (";", "utf-16-le"),
        (",", "utf-16-be"),
    ],
)
def test_a_file_may_come_from_a_spreadsheet(tmp_path: Path, delimiter: str, codec: str) -> None:
    path = csv_file(tmp_path, {**GOOD, "place": "Één", "exam": "WAAR", "price": "PRICE"})
    text = path.read_text().replace(",", delimiter).replace("PRICE", '"€ 1.260,50"')
    path.write_bytes(text.encode(codec))
    path = path.rename(tmp_path / "courses.txt")

    import_courses(path, by="olga", at=MONDAY)

    course = Course.objects.get()
    assert (course.place, course.has_exam, str(course.price.amount)) == ("Één", True, "1260.50")


@pytest.mark.parametrize(
    ("written", "amount"),
    [("260,5", "260.50"), ("€ 260,00", "260.00"), ("1.260,00", "1260.00"), ("1,260.00", "1260.00")],
)
def test_a_price_is_read_as_people_write_it(tmp_path: Path, written: str, amount: str) -> None:
    import_courses(csv_file(tmp_path, {**GOOD, "price": written}), by="olga", at=MONDAY)

    assert str(Course.objects.get().price.amount) == amount


def test_an_empty_row_is_no_row_and_lines_stay_those_of_the_file(tmp_path: Path) -> None:
    empty = "," * (len(GOOD) - 1)
    path = csv_file(tmp_path, GOOD)
    header, row = path.read_text().splitlines()
    wrong = row.replace("DIG-01", "B").replace("260.00", "gratis")
    path.write_text("\n".join(["", empty, header, row, empty, "", wrong, empty, f",{empty}", " "]))

    assert [(fault.line, fault.field) for fault in faults_of(path)] == [(7, "price")]


@pytest.mark.parametrize("first", ["sep=;", "SEP=;", "sep=;;;;;", "\ufeffsep=;", "sep=\t"])
def test_a_first_line_may_say_what_separates(tmp_path: Path, first: str) -> None:
    path = csv_file(tmp_path, {**GOOD, "price": "0"})
    text = path.read_text().replace(",", "\t" if "\t" in first else ";")
    path.write_text(f"{first}\n{text}", encoding="utf-8")

    assert [(fault.line, fault.field) for fault in faults_of(path)] == [(3, "price")]


def test_a_column_that_is_missing_is_told_by_the_line_of_the_columns(tmp_path: Path) -> None:
    path = tmp_path / "courses.csv"
    path.write_text("sep=;\nkvkNumber;provider;iban;primaryCode;name;category;price\n")

    assert [(fault.line, fault.field) for fault in faults_of(path)] == [(2, "studyLoad")]


@pytest.mark.parametrize("row", ['B,"nooit dicht\nC,D', '"a" b,C'])
def test_a_quote_that_does_not_fit_is_told_by_the_line_of_its_row(tmp_path: Path, row: str) -> None:
    path = csv_file(tmp_path, {**GOOD, "description": "Twee\nregels"})
    path.write_text(f"{path.read_text()}{row}\n")

    (fault,) = faults_of(path)

    assert (fault.line, fault.field) == (4, "row")
    assert fault.reason == Reason.NO_CSV


def test_the_example_of_the_docs_changes_nothing_of_what_people_agreed_to(tmp_path: Path) -> None:
    import_courses(DEMO, by="olga", at=MONDAY)
    agreed(Course.objects.get(code="DIG-01", provider__kvk_number="00000001"))
    page = (DEMO.parents[1] / "docs" / "providers.md").read_text()
    (example,) = re.findall(r'^    \{"items".*?\n\n', page, re.DOTALL | re.MULTILINE)
    path = tmp_path / "courses.json"
    path.write_text(example)

    done = import_courses(path, by="olga", at=MONDAY)

    assert (done.added, done.changed + done.unchanged) == (0, 1)


def test_a_fault_in_json_names_which_course_it_is(tmp_path: Path) -> None:
    courses = json.loads(gzip.decompress(DEMO.read_bytes()))["items"][:3]
    courses[2]["consumer"]["price"] = "0"
    path = tmp_path / "courses.json"
    path.write_text(json.dumps(courses, indent=2))

    (fault,) = faults_of(path)

    assert str(fault).startswith("course 3, price: ")


def test_a_file_is_kept_in_one_spelling_with_nothing_hidden(tmp_path: Path) -> None:
    import_courses(csv_file(tmp_path, {**GOOD, "name": "hygie\u0308ne"}), by="olga", at=MONDAY)

    assert Course.objects.get().name == "hygi\u00ebne"
    for name in ("\u202eatsiraB", "\u200b", "\u200d"):
        assert {each.field for each in faults_of(csv_file(tmp_path, {**GOOD, "name": name}))} == {
            "name"
        }


def test_half_a_character_is_reported(tmp_path: Path) -> None:
    course = json.loads(gzip.decompress(DEMO.read_bytes()))["items"][0]
    course["name"][0]["value"] = "a\ud800"
    path = tmp_path / "courses.json"
    path.write_text(json.dumps([course]))

    assert [(fault.field, fault.reason) for fault in faults_of(path)] == [
        ("name", "control and hidden characters are not allowed")
    ]


@pytest.mark.parametrize("value", [{"text": "a"}, ["a"], [], True])
def test_what_is_no_text_is_not_taken_for_one(tmp_path: Path, value: object) -> None:
    courses = json.loads(gzip.decompress(DEMO.read_bytes()))["items"][:2]
    courses[0]["name"][0]["value"] = value
    courses[1]["primaryCode"]["code"] = value
    path = tmp_path / "courses.json"
    path.write_text(json.dumps(courses))

    assert [str(fault) for fault in faults_of(path)] == [
        "course 1, name: text or a number is expected",
        "course 2, primaryCode: text or a number is expected",
    ]


def test_a_row_of_the_wrong_length_is_reported(tmp_path: Path) -> None:
    path = csv_file(tmp_path, GOOD)
    path.write_text(path.read_text() + "1,2,3\n")

    assert [(fault.line, fault.field) for fault in faults_of(path)] == [(3, "row")]


def test_a_json_price_may_be_a_number(tmp_path: Path) -> None:
    course = json.loads(gzip.decompress(DEMO.read_bytes()))["items"][0]
    course["consumer"]["price"] = 249.5
    path = tmp_path / "courses.json"
    path.write_text(json.dumps([course]))

    import_courses(path, by="olga", at=MONDAY)

    assert str(Course.objects.get().price.amount) == "249.50"


def test_the_command_prints_each_fault_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = csv_file(tmp_path, {**GOOD, "price": "gratis"})

    with pytest.raises(CommandError, match=r"^1 fault in the file; nothing was imported\.$"):
        call_command("import_courses", str(path), "--by", provider_officer("olga"))

    assert "line 2, price: a positive amount" in capsys.readouterr().err
    assert not Course.objects.exists()


def test_one_imports_and_another_agrees_to_the_ibans(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    olga, bas = provider_officer("olga"), provider_officer("bas")
    staff("amir", "auditors")
    agree, dry = ("agree_to_ibans", "--by"), "--dry-run"

    with pytest.raises(CommandError, match="amir is no active member of staff who may do this"):
        call_command("import_courses", str(csv_file(tmp_path, GOOD)), "--by", "amir")
    call_command("import_courses", str(csv_file(tmp_path, GOOD)), "--by", olga)
    with pytest.raises(CommandError, match="of the group payment-officers or provider-officers"):
        call_command(*agree, "amir")
    call_command(*agree, bas, dry)
    shown = capsys.readouterr().out
    with pytest.raises(CommandError, match="olga proposed the IBAN of Buurtschool Almere: someone"):
        call_command(*agree, olga)
    assert Provider.objects.get().iban == ""
    call_command(*agree, bas)
    call_command(*agree, olga)

    assert "paid once someone else than olga agrees to their IBANs" in shown
    line = f"Buurtschool Almere, 00004001: {iban(4001)} (proposed by olga)"
    assert f"{line}\n1 first IBANs wait. Nothing was agreed to." in shown
    said = capsys.readouterr().out
    assert f"{line}\nbas agreed to 1 first IBANs." in said
    assert "olga agreed to 0 first IBANs." in said
    assert Provider.objects.get().iban == iban(4001)


def provider_officer(name: str) -> str:
    set_up_groups()
    staff(name, "provider-officers")
    return name


def test_a_column_that_the_file_has_not_stays_as_it_is(tmp_path: Path) -> None:
    import_courses(csv_file(tmp_path, GOOD), by="olga", at=MONDAY)
    short = {name: GOOD[name] for name in (*PROVIDER, *REQUIRED)} | {"name": "Anders"}
    file = tmp_path / "short.csv"
    file.write_text(",".join(short) + "\n" + ",".join(short.values()))

    done = import_courses(file, by="olga", at=MONDAY)

    course = Course.objects.get()
    assert (done.changed, course.name, course.state) == (1, "Anders", "published")
    assert (course.place, course.mode, course.sessions, course.weeks) == ("Almere", "online", 8, 8)
    assert course.description == GOOD["description"]
