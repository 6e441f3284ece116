import pytest

from providers.admitting import KvkNumberIsWrong, NameIsWrong
from providers.changing_iban import IbanIsTaken, IbanIsWrong
from providers.clients import UnknownScope, create_client
from providers.models import StateChange
from providers.publishing import CourseCodeIsTaken, publish, withdraw
from providers.states import IllegalMove
from tests.providers.world import MONDAY, START, admit_only, de_linde, digital_skills, iban

pytestmark = pytest.mark.django_db


def test_a_provider_is_admitted_once() -> None:
    first = admit_only("De Linde", "00009001", iban(9001), on=START, at=MONDAY)
    again = admit_only("De Linde", "00009001", iban(9001), on=START, at=MONDAY)

    assert first == again
    assert first.payable.code == f"payable:{first.id}"


@pytest.mark.parametrize(
    ("name", "kvk", "account", "error"),
    [
        ("", "00009001", iban(9001), NameIsWrong),
        ("De Linde", "9001", iban(9001), KvkNumberIsWrong),
        ("De Linde", "00009001", "NL00TEST0000009001", IbanIsWrong),
    ],
)
def test_wrong_details_are_refused(
    name: str, kvk: str, account: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        admit_only(name, kvk, account, on=START, at=MONDAY)


def test_two_providers_cannot_be_paid_on_one_iban() -> None:
    known = de_linde()

    with pytest.raises(IbanIsTaken):
        admit_only("Taalhuis", "00009002", known.iban, on=START, at=MONDAY)


def test_a_course_code_is_the_providers_own() -> None:
    linde, taalhuis = de_linde(), de_linde("Taalhuis")
    digital_skills(linde)
    digital_skills(taalhuis)

    with pytest.raises(CourseCodeIsTaken):
        digital_skills(linde)


def test_a_course_is_published_withdrawn_and_published_again() -> None:
    course = withdraw(digital_skills(de_linde()), actor="rosa", at=MONDAY)
    with pytest.raises(IllegalMove):
        withdraw(course, actor="rosa", at=MONDAY)

    assert publish(course, actor="rosa", at=MONDAY).state == "published"
    assert StateChange.objects.filter(subject_id=course.id).count() == 3


def test_a_client_keeps_no_secret_and_only_known_scopes() -> None:
    client, secret = create_client(de_linde(), name="LMS", scopes=["claims"])

    client.refresh_from_db()
    assert secret not in client.client_secret
    assert client.scopes == ["claims"]
    with pytest.raises(UnknownScope):
        create_client(client.provider, name="LMS", scopes=["admin"])
