"""What staff fill in. The limits are those of the API; a test compares them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.forms.fields import InvalidJSONInput
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from ledger.money import to_money
from ontwikkelrekening.provider_area.words import LEVELS, SCOPE_WORDS, reason_in_words
from ontwikkelrekening.tables.words import LANGUAGES
from providers.claiming.submitting import Evidence, Instalment
from providers.euros_field import EurosField
from providers.importing import Unreadable, decoded
from providers.models import Category, Course, Mode
from providers.publishing import CENTS_MAX, CourseDetails
from providers.spelling import MANY_LINES, SEEN, composed

REQUIRED = {"required": _("Fill this in.")}
WHOLE = {**REQUIRED, "invalid": _("Fill in a whole number, like 10.")}
one_line = RegexValidator(r"^[^\t\r\n]*$", _("Write this on one line."))
readable = RegexValidator(MANY_LINES, _("This text holds a character that cannot be read."))
seen = RegexValidator(SEEN, REQUIRED["required"])


class StyledForm(forms.Form):
    """A form whose fields carry the classes of our style sheet."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        for field in self.fields.values():
            field.widget.attrs.setdefault("class", _style_of(field.widget))


def _style_of(widget: forms.Widget) -> str:
    match widget:
        case forms.CheckboxInput() | forms.CheckboxSelectMultiple():
            return ""
        case forms.Select():
            return "utrecht-select utrecht-select--html-select"
        case forms.NumberInput():
            return "utrecht-textbox utrecht-textbox--short"
    return "utrecht-textbox"


class Yes(forms.Form):
    """The act needs no more than a yes."""


class KvkForm(StyledForm):
    """The development login: any provider."""

    kvk = forms.CharField(
        label=_("KvK number or name of a provider"),
        max_length=70,
        error_messages={"required": _("Fill in a KvK number, or choose a provider from the list.")},
    )


class WordsField(forms.CharField):
    """Text that people read, in one spelling."""

    def to_python(self, value: Any) -> Any:
        return composed(super().to_python(value) or "")


class WholeField(forms.IntegerField):
    """Digits only: Django would read 1.000, which is a thousand to most people here, as 1."""

    re_decimal = re.compile(r"(?!)")


def _number(label: Any, least: int, most: int, **options: Any) -> WholeField:
    return WholeField(label=label, min_value=least, max_value=most, error_messages=WHOLE, **options)


def _euros(label: Any, **options: Any) -> EurosField:
    return EurosField(label=label, least=1, most=CENTS_MAX, error_messages=REQUIRED, **options)


def _choice(label: Any, choices: Iterable[tuple[Any, Any]], **options: Any) -> forms.ChoiceField:
    said = [(code, capfirst(words)) for code, words in choices]
    return forms.ChoiceField(label=label, choices=said, **options)


class CourseForm(StyledForm):
    """What a provider says of a course."""

    code = WordsField(
        label=_("Your own code"),
        max_length=64,
        validators=[one_line, readable, seen],
        error_messages=REQUIRED,
        help_text=_("Each of your courses has another code."),
    )
    name = WordsField(
        label=_("Name of the course"),
        max_length=200,
        validators=[one_line, readable, seen],
        error_messages=REQUIRED,
    )
    description = WordsField(
        label=_("What does one learn?"),
        max_length=4000,
        required=False,
        validators=[readable],
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    category = _choice(_("Kind"), Category.choices)
    price = _euros(_("Price in euros"), help_text=_("All-in: the citizen pays no more."))
    hours = _number(_("Hours of study"), 1, 10_000)
    sessions = _number(_("Number of sessions"), 1, 200, initial=1)
    weeks = _number(_("Number of weeks"), 1, 208, initial=13)
    mode = _choice(_("How it is taught"), Mode.choices)
    place = WordsField(
        label=_("Place"), max_length=100, required=False, validators=[one_line, readable]
    )
    level = _choice(_("Level"), LEVELS.items(), required=False)
    language = _choice(_("Language"), LANGUAGES.items())
    has_certificate = forms.BooleanField(
        label=_("There is a certificate"), required=False, initial=True
    )
    has_exam = forms.BooleanField(label=_("There is an exam"), required=False)

    def __init__(self, *args: Any, **named: Any) -> None:
        """A level or language that we have no word for stays one of the choices."""
        super().__init__(*args, **named)
        for name, known in (("level", LEVELS), ("language", LANGUAGES)):
            own = self.initial.get(name, "")
            if own and own not in known:
                self.fields[name].choices += [(own, own)]  # type: ignore[attr-defined]

    @staticmethod
    def of(course: Course) -> dict[str, Any]:
        """The course as the form shows it."""
        return {field.name: getattr(course, field.name) for field in fields(CourseDetails)}


class CourseFileForm(StyledForm):
    """A file of courses, read as text."""

    file = forms.FileField(
        label=_("File with courses"),
        error_messages={
            "required": _("Choose a file of 5 MB at most."),
            "empty": _("This file is empty. Choose another one."),
        },
        help_text=_("CSV, as a spreadsheet saves it, or JSON. 10,000 courses and 5 MB at most."),
        widget=forms.FileInput(attrs={"accept": ".csv,.json,.txt,text/csv,application/json"}),
    )

    def clean_file(self) -> tuple[str, str]:
        """Its name and its text."""
        file = self.cleaned_data["file"]
        try:
            return file.name[:100], decoded(file.read())
        except Unreadable as unreadable:
            raise forms.ValidationError(reason_in_words(unreadable.reason)) from None


class TakeInForm(StyledForm):
    """What becomes of the new courses."""

    publish = forms.BooleanField(
        label=_("Publish the new courses at once"), required=False, initial=True
    )


class CodeForm(StyledForm):
    """The one-time code that a citizen handed over."""

    code = forms.RegexField(
        r"^[0-9A-Za-z][0-9A-Za-z -]{10,38}$",
        label=_("The citizen’s code"),
        help_text=_("Twelve letters and digits, like 7K3M-9QXZ-4T2P."),
        error_messages={**REQUIRED, "invalid": _("A code has twelve letters and digits.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class ClaimForm(StyledForm):
    """One instalment; what shows that the course was completed is asked only where it counts."""

    amount = _euros(_("Amount in euros"), help_text=_("Never more than the instalment."))
    certificate = forms.BooleanField(label=_("The certificate was handed out"), required=False)
    attendance = _number(_("Attendance in per cent of the hours"), 0, 100, required=False)
    exam = forms.BooleanField(label=_("The exam was taken"), required=False)

    def __init__(self, instalment: Instalment, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.initial.setdefault("amount", to_money(instalment.cents))
        if instalment.after != "completion":
            for name in Evidence.__annotations__:
                del self.fields[name]

    @staticmethod
    def evidence(answers: dict[str, Any]) -> dict[str, Any]:
        """What was filled in; an empty field says nothing."""
        given = {name: answers.get(name) for name in Evidence.__annotations__}
        return {name: value for name, value in given.items() if value not in (None, False)}


class JsonField(forms.JSONField):
    """JSON as text; nothing is shown as nothing.

    Django's own lets through what Python's reader refuses in another way: a number of 5,000 digits, 100,000 brackets.
    """

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except (ValueError, RecursionError):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None

    def bound_data(self, data: Any, initial: Any) -> Any:
        try:
            return super().bound_data(data, initial)
        except (ValueError, RecursionError):
            return InvalidJSONInput(data)

    def prepare_value(self, value: Any) -> Any:
        if value is None:
            return ""
        text: str = super().prepare_value(value)
        return text.encode(errors="backslashreplace").decode()  # no page holds half a character


class KeysForm(StyledForm):
    """The keys a client signs with from now on, or where they are fetched: the domain takes one."""

    jwks_uri = forms.CharField(
        label=_("Address of the public keys (JWKS)"),
        max_length=500,
        required=False,
        help_text=_("We fetch them there, so that you change keys whenever you like."),
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )
    jwks = JsonField(
        label=_("Or the public keys themselves"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        error_messages={"invalid": _("This is not JSON.")},
        help_text=_("List two while you change from one to the next."),
    )


class ClientForm(KeysForm):
    """A new client: its name, what it may do, and public keys when it does without a secret."""

    name = forms.CharField(
        label=_("Name of the software"),
        max_length=100,
        validators=[one_line, readable],
        error_messages=REQUIRED,
    )
    scopes = forms.MultipleChoiceField(
        label=_("It may"),
        choices=list(SCOPE_WORDS.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one.")},
    )
    field_order = ["name", "scopes", "jwks_uri", "jwks"]


class EndpointForm(StyledForm):
    """Where events are sent to."""

    url = forms.CharField(
        label=_("Address"),
        max_length=400,
        validators=[RegexValidator(r"^https?://[!-~]+$", _("Fill in an address with https://."))],
        error_messages=REQUIRED,
        help_text=_("A public https address of your software."),
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )


class ChallengeForm(StyledForm):
    """What the first event told."""

    challenge = forms.CharField(
        label=_("Challenge"),
        max_length=64,
        error_messages=REQUIRED,
        help_text=_("It stands in the event that your address received, as data.challenge."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
