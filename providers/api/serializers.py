"""What goes in and what comes out, field by field."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from providers.api.fields import (
    ApiSerializer,
    CentsField,
    EurosField,
    FlagField,
    IdField,
    Moment,
    NumberField,
    TextField,
    TotalField,
    WordsField,
)
from providers.models import Category, Mode
from providers.spelling import MANY_LINES, PERHAPS_EMPTY
from providers.states import ClaimState, CourseState, EnrolmentState

BATCH_MAX = 10_000  # items


class NewCourse(ApiSerializer):
    """A course to register; names follow Open Education API 6.0 where it has one."""

    primary_code = WordsField(
        max_length=64,
        source="code",
        help_text="Your own reference; unique among your courses.",
    )
    name = WordsField(max_length=200)
    description = WordsField(MANY_LINES, max_length=4000, required=False, allow_blank=True)
    category = serializers.ChoiceField(choices=Category.choices)
    price = EurosField(help_text="All-in price in euros.")
    study_load = NumberField(
        min_value=1, max_value=10_000, source="hours", help_text="Hours of study in total."
    )
    sessions = NumberField(min_value=1, max_value=200, required=False)
    weeks = NumberField(min_value=1, max_value=208, required=False, help_text="How long it runs.")
    mode_of_delivery = serializers.ChoiceField(choices=Mode.choices, source="mode", required=False)
    level = WordsField(PERHAPS_EMPTY, max_length=32, required=False, allow_blank=True)
    teaching_language = TextField(
        r"^[a-z]{3}$", source="language", required=False, help_text="Three letters: nld."
    )
    place = WordsField(PERHAPS_EMPTY, max_length=100, required=False, allow_blank=True)
    exam = FlagField(source="has_exam", required=False)
    certificate = FlagField(source="has_certificate", required=False)


class CourseChanges(NewCourse):
    """What changes of a course (RFC 7396): a field left out stays, null takes the value of a new course."""

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        for field in fields.values():
            field.allow_null, field.required = not field.required, False
        return fields

    @staticmethod
    def merged(course: Any, changes: dict[str, Any]) -> dict[str, Any]:
        """The course as it would be, in checked values; raises ValidationError."""
        wanted = {**NewCourse.show(course), **changes}
        return NewCourse.read({name: value for name, value in wanted.items() if value is not None})


class Course(ApiSerializer):
    """One of your courses."""

    id = serializers.UUIDField()
    primary_code = serializers.CharField(source="code")
    name = serializers.CharField()
    description = serializers.CharField()
    category = serializers.ChoiceField(choices=Category.choices)
    price = EurosField()
    study_load = serializers.IntegerField(source="hours")
    sessions = serializers.IntegerField()
    weeks = serializers.IntegerField()
    mode_of_delivery = serializers.ChoiceField(choices=Mode.choices, source="mode")
    level = serializers.CharField()
    teaching_language = serializers.CharField(source="language")
    place = serializers.CharField()
    exam = serializers.BooleanField(source="has_exam")
    certificate = serializers.BooleanField(source="has_certificate")
    state = serializers.ChoiceField(choices=CourseState.choices)
    published_at = Moment(allow_null=True)
    registered_at = Moment()


class CatalogueCourse(ApiSerializer):
    """A published course, as anybody may see it."""

    id = serializers.UUIDField()
    provider = serializers.CharField(source="provider.name")
    name = serializers.CharField()
    description = serializers.CharField()
    category = serializers.ChoiceField(choices=Category.choices)
    price = EurosField()
    study_load = serializers.IntegerField(source="hours")
    sessions = serializers.IntegerField()
    weeks = serializers.IntegerField()
    mode_of_delivery = serializers.ChoiceField(choices=Mode.choices, source="mode")
    level = serializers.CharField()
    teaching_language = serializers.CharField(source="language")
    place = serializers.CharField()
    exam = serializers.BooleanField(source="has_exam")
    certificate = serializers.BooleanField(source="has_certificate")


class Code(ApiSerializer):
    """The one-time code that the citizen gave you."""

    code = TextField(r"^[0-9A-Za-z][0-9A-Za-z -]{10,38}$", help_text="For example 7K3M-9QXZ-4T2P.")


class Instalment(ApiSerializer):
    """A part of the fee, and what has to happen first."""

    instalment = serializers.CharField()
    amount = CentsField(source="cents")
    after = serializers.ChoiceField(choices=["start", "completion", "session"])
    attendance_min = serializers.IntegerField(
        required=False, help_text="Per cent of the hours that counts as completion."
    )


class Enrolment(ApiSerializer):
    """A citizen in one of your courses. Who it is, you know from the citizen; the API does not."""

    id = serializers.UUIDField()
    course = serializers.UUIDField(source="course_id")
    state = serializers.ChoiceField(choices=EnrolmentState.choices)
    maximum = EurosField()
    terms = Instalment(many=True)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    claim_until = serializers.DateField()
    redeemed_at = Moment()


class Evidence(ApiSerializer):
    """What shows that the instalment is due. Send no names and no documents."""

    certificate = FlagField(required=False)
    attendance = NumberField(
        min_value=0, max_value=100, required=False, help_text="Per cent of the hours."
    )
    exam = FlagField(required=False, help_text="The exam was taken.")


class GivenEvidence(Evidence):
    """What you sent to show that the instalment is due."""


class NewClaim(ApiSerializer):
    """One instalment of an enrolment that you claim."""

    enrolment = IdField()
    instalment = TextField(
        r"^[a-z][a-z0-9-]{0,31}$", help_text="A name from the terms of the enrolment."
    )
    amount = EurosField()
    currency = serializers.ChoiceField(choices=["EUR"], required=False)
    evidence = Evidence(required=False)


class BatchClaim(NewClaim):
    """A claim in a batch, with a key of its own: sent again it is the same claim."""

    idempotency_key = TextField(r"^[A-Za-z0-9._~:-]{8,64}$")


class ClaimBatch(ApiSerializer):
    """Claims to submit. The rules judge each by itself; one refused does not stop the others."""

    items = BatchClaim(many=True, allow_empty=False, max_length=BATCH_MAX)  # type: ignore[call-arg]


class CourseBatch(ApiSerializer):
    """Courses to register. The rules judge each by itself."""

    items = NewCourse(many=True, allow_empty=False, max_length=BATCH_MAX)  # type: ignore[call-arg]


class Job(ApiSerializer):
    """A batch that is being worked off."""

    id = serializers.UUIDField()
    total = serializers.IntegerField()
    done = serializers.IntegerField()
    failed = serializers.IntegerField(help_text="Of those done.")
    state = serializers.SerializerMethodField()
    submitted_at = Moment()

    @extend_schema_field(serializers.ChoiceField(choices=["running", "finished"]))
    def get_state(self, job: Any) -> str:
        return "finished" if job.done == job.total else "running"


class FieldError(ApiSerializer):
    """One thing that is wrong, and where."""

    pointer = serializers.CharField(
        help_text="A JSON pointer, or the name of a header or parameter."
    )
    code = serializers.CharField()
    detail = serializers.CharField()

    def get_fields(self) -> dict[str, Any]:
        where = serializers.ChoiceField(choices=["body", "query", "header", "path"])
        return {"in": where, **super().get_fields()}


class Problem(ApiSerializer):
    """What went wrong (RFC 9457)."""

    type = serializers.CharField()
    status = serializers.IntegerField()
    title = serializers.CharField()
    detail = serializers.CharField()

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), "errors": FieldError(many=True, required=False)}


class JobItem(ApiSerializer):
    """What came of one item."""

    number = serializers.IntegerField(help_text="Its place in the batch, from 0.")
    state = serializers.SerializerMethodField()
    result = serializers.UUIDField(allow_null=True, help_text="The claim or course it became.")
    problem = Problem(allow_null=True, help_text="Why it was refused.")

    @extend_schema_field(serializers.ChoiceField(choices=["waiting", "accepted", "refused"]))
    def get_state(self, item: Any) -> str:
        if item.done_at is None:
            return "waiting"
        return "refused" if item.problem else "accepted"


class Claim(ApiSerializer):
    """A claim and where it stands."""

    id = serializers.UUIDField()
    enrolment = serializers.UUIDField(source="enrolment_id")
    instalment = serializers.CharField()
    amount = EurosField()
    evidence = GivenEvidence()
    state = serializers.ChoiceField(choices=ClaimState.choices)
    reason = serializers.CharField(help_text="Why it waits for a person, was refused or recovered.")
    payment_reference = serializers.CharField()
    submitted_at = Moment()
    assessed_at = Moment(allow_null=True)
    paid_at = Moment(allow_null=True)


class Payment(ApiSerializer):
    """Claims of yours that went to the bank together."""

    reference = serializers.CharField(help_text="On your bank statement as EndToEndId.")
    amount = TotalField(source="total")
    claims = serializers.IntegerField(source="number", help_text="How many claims it pays.")
    state = serializers.SerializerMethodField()
    sent_at = Moment()
    paid_at = Moment(source="settled_at", allow_null=True)

    @extend_schema_field(serializers.ChoiceField(choices=["on_its_way", "paid"]))
    def get_state(self, payment: dict[str, Any]) -> str:
        return "paid" if payment["settled_at"] else "on_its_way"


class Account(ApiSerializer):
    """Who you are here, what is to be paid to you and by you, and until when we hold payments."""

    name = serializers.CharField()
    kvk_number = serializers.CharField()
    iban = serializers.CharField(
        allow_null=True,
        help_text="Shown in part; null until two people here have agreed to your first one. Until then what is payable waits.",
    )
    payable = TotalField(help_text="Approved, and not yet in a payment file.")
    owed = TotalField(help_text="Paid, recovered after that, and still to be paid back by you.")
    pay_back_until = serializers.DateField(
        allow_null=True,
        help_text="The last day to pay back what you owe longest, six weeks after its recovery; "
        "null while you owe nothing.",
    )
    reminded_until = serializers.DateField(
        allow_null=True,
        help_text="We reminded you of what you should have paid back by now: pay it on this day at the latest; "
        "null while nothing is late or we did not remind you.",
    )
    suspended_until = serializers.DateField(
        allow_null=True,
        help_text="Payments to you are suspended until and including this day; null while they are not.",
    )


class NewEndpoint(ApiSerializer):
    """Where your software listens."""

    url = TextField(r"^https?://[!-~]{3,400}$", help_text="A public https address.")


class Endpoint(ApiSerializer):
    """An address that is told of changes, once it is verified."""

    id = serializers.UUIDField()
    url = serializers.CharField()
    verified_at = Moment(allow_null=True)
    registered_at = Moment()


class EndpointWithSecret(Endpoint):
    """The endpoint, with the secret to check signatures with (Standard Webhooks). Shown once."""

    secret = serializers.SerializerMethodField()

    def get_secret(self, endpoint: Any) -> str:
        return str(endpoint.secrets[0])


class Challenge(ApiSerializer):
    """What the verification event told your endpoint."""

    challenge = TextField(r"^[!-~]{20,64}$")


class EventData(ApiSerializer):
    """The thing that an event is about and its state; of a verification the endpoint."""

    claim = serializers.UUIDField(required=False)
    enrolment = serializers.UUIDField(required=False)
    state = serializers.CharField(required=False)
    account = serializers.UUIDField(required=False)
    endpoint = serializers.UUIDField(required=False)
    challenge = serializers.CharField(
        required=False, help_text="Only in what is sent; no list of deliveries shows it."
    )


class Event(ApiSerializer):
    """A CloudEvent (NL GOV profile)."""

    specversion = serializers.CharField()
    id = serializers.UUIDField()
    type = serializers.CharField(help_text="Such as nl.ontwikkelrekening.claim.approved.")
    time = Moment()
    datacontenttype = serializers.CharField()
    subject = serializers.UUIDField(
        required=False, help_text="The claim, the enrolment or your account."
    )
    dataref = serializers.CharField(required=False, help_text="Its address in this API.")

    def get_fields(self) -> dict[str, Any]:
        names = {"source": serializers.CharField(), "data": EventData()}
        return {**super().get_fields(), **names}


class Delivery(ApiSerializer):
    """One event, and how its sending went."""

    id = serializers.UUIDField(help_text="The webhook-id; the same at every attempt.")
    event = Event()
    state = serializers.SerializerMethodField()
    attempts = serializers.IntegerField()
    answer = serializers.CharField(help_text="What the last attempt met.")
    due_at = Moment(allow_null=True)
    delivered_at = Moment(allow_null=True)
    created_at = Moment()

    @extend_schema_field(serializers.ChoiceField(choices=["waiting", "delivered", "given_up"]))
    def get_state(self, delivery: Any) -> str:
        return str(delivery.state)
