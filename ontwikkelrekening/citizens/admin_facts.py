"""Facts in the administration: evidence that waits for a person, and a register's extract taken in."""

from __future__ import annotations

import gzip
import zlib
from collections import Counter
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ontwikkelrekening.citizens.evidence import UnableToJudge, judge, look_at
from ontwikkelrekening.citizens.extracts import SOURCES, Line, import_extract
from ontwikkelrekening.citizens.looked_at import LookedAtAdmin
from ontwikkelrekening.citizens.models import Circumstance, Evidence, Exhibit, Purpose, Source
from ontwikkelrekening.citizens.vocabulary import VOCABULARY
from providers.administration import Act, Queue, Request

EXTENSIONS = (".csv", ".csv.gz", ".json", ".json.gz")
SUFFIX = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


class Extract(forms.Form):
    source = forms.ChoiceField(
        label=gettext_lazy("Source"), choices=[(source.value, source.label) for source in SOURCES]
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "CSV or JSON, gzipped or not: bsn, kind, value, valid_from and, if it ended, valid_until."
            " Up to 20,000 rows and 6 MB here, unpacked; a larger file goes in with the command"
            " import_extract."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.json,.gz"}),
        error_messages={"required": gettext_lazy("Choose a file of 6 MB at most.")},
    )

    def clean_file(self) -> UploadedFile[Any]:
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if not (file.name or "").lower().endswith(EXTENSIONS):
            raise forms.ValidationError(_("This file is not called .csv, .json or one with .gz."))
        content = _unpacked(file)
        if len(content) > settings.FILE_UPLOAD_MAX_MEMORY_SIZE:
            raise forms.ValidationError(
                _("Unpacked this file is larger than 6 MB. The command import_extract takes it in.")
            )
        ends = b"}" if ".json" in (file.name or "").lower() else b"\n\r"
        if any(content.count(end) > ROWS_MAX for end in ends):
            raise forms.ValidationError(
                _(
                    "This file has more than %(max)s rows. Divide it, or take it in with the"
                    " command import_extract."
                )
                % {"max": ROWS_MAX}
            )
        return file


def _unpacked(file: UploadedFile[Any]) -> bytes:
    """What is in it, up to one byte more than may be here; of a damaged one nothing, as its report tells."""
    try:
        is_packed = (file.name or "").lower().endswith(".gz")
        with gzip.open(file) if is_packed else nullcontext(file) as content:
            return bytes(content.read(settings.FILE_UPLOAD_MAX_MEMORY_SIZE + 1))
    except (OSError, EOFError, zlib.error):
        return b""
    finally:
        file.seek(0)


ROWS_MAX = 20_000  # taken in within seconds
SHOWN_MAX = 1_000  # rows in a report
BECAME = {
    "added": gettext_lazy("added"),
    "known": gettext_lazy("known already"),
    "refused": gettext_lazy("refused"),
}


def _import(request: Request) -> HttpResponse:
    counts, lines = _taken_in(request.answers["file"], source=request.answers["source"])
    cut = _("You see %(max)s rows. Those that were refused come first.") % {"max": SHOWN_MAX}
    context = {
        **admin.site.each_context(request.http),
        "opts": Circumstance._meta,
        "title": _("What became of every row"),
        "explanation": cut if counts.total() > len(lines) else "",
        "totals": [(words, counts[became]) for became, words in BECAME.items()],
        "heading": _("What became of it"),
        "lines": [(line.number, BECAME[line.became], line.reason) for line in lines],
        "back": reverse("admin:citizens_circumstance_changelist"),
        "back_to": Circumstance._meta.verbose_name_plural,
    }
    return TemplateResponse(request.http, "admin/file_report.html", context)


def _taken_in(file: UploadedFile[Any], *, source: str) -> tuple[Counter[str], list[Line]]:
    """How many rows became what, and those that are shown.

    The file stands on the disk, readable for this process alone, as long as it is read.
    """
    counts: Counter[str] = Counter()
    refused: list[Line] = []
    others: list[Line] = []
    extension = next(each for each in EXTENSIONS if (file.name or "").lower().endswith(each))
    with TemporaryDirectory() as folder:
        written = Path(folder) / f"extract{extension}"
        written.write_bytes(file.read())
        for line in import_extract(written, source=source, at=timezone.now()):
            counts[line.became] += 1
            kept = refused if line.became == "refused" else others
            if len(kept) < SHOWN_MAX:
                kept.append(line)
    return counts, sorted((refused + others)[:SHOWN_MAX])


def _stands(request: Request) -> str:
    judge(request.subject, holds=True, by=request.by, at=timezone.now())
    return _("The statement stands. What was shown is thrown away.")


def _falls(request: Request) -> str:
    judge(request.subject, holds=False, by=request.by, at=timezone.now())
    return _("The statement does not count any more. What was shown is thrown away.")


def _waits(fact: Circumstance) -> bool:
    return fact.evidence == Evidence.ASKED


@admin.register(Circumstance)
class CircumstanceAdmin(LookedAtAdmin):
    """Own statements that were asked about: those that wait first, the most urgent on top.

    The list says of which kind each is, never what was told.
    """

    purpose = Purpose.EVIDENCE
    list_display = ["account_code", "kind", "valid_from", "evidence", "handed_in", "clock"]
    list_filter = ["evidence", "kind"]
    queues = [
        Queue(
            gettext_lazy("Statements to judge"),
            "citizens.change_circumstance",
            lambda: Circumstance.objects.filter(evidence=Evidence.ASKED),
            "evidence__exact=asked",
        ),
    ]
    search_fields = ["citizen__account_code__exact"]
    ordering = ["evidence", "evidence_due_on", "pk"]  # "asked" comes first
    fields = [
        "account_code",
        "what",
        "valid_from",
        "valid_until",
        "source",
        "evidence",
        "clock",
        "documents",
        "judged_by",
        "judged_at",
    ]
    acts = [
        Act(
            "import",
            gettext_lazy("Take in a register's extract"),
            "citizens.add_circumstance",
            _import,
            gettext_lazy(
                "Facts about people who have an account. A row that cannot be used says why; the"
                " others count. The same file twice changes nothing."
            ),
            form=Extract,
            on_list=True,
        ),
        Act(
            "stands",
            gettext_lazy("It is so"),
            "citizens.change_circumstance",
            _stands,
            gettext_lazy("You have seen evidence that the statement is true."),
            errors=(UnableToJudge,),
            offered=_waits,
        ),
        Act(
            "falls",
            gettext_lazy("It is not shown to be so"),
            "citizens.change_circumstance",
            _falls,
            gettext_lazy(
                "The statement never counts again. Decisions that were taken on it stay as they are."
            ),
            errors=(UnableToJudge,),
            offered=_waits,
            grave=True,
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Circumstance]:
        statements: QuerySet[Circumstance] = super().get_queryset(request)
        return (
            statements.filter(source=Source.OWN_STATEMENT)
            .exclude(evidence=Evidence.NOT_ASKED)
            .select_related("citizen")
            .annotate(files=Count("exhibits"))
        )

    def get_urls(self) -> list[URLPattern]:
        document = self._page(self.document)
        own = [path("<int:fact_id>/document/<uuid:id>", document, name=self._name("document"))]
        return own + super().get_urls()

    def document(self, request: HttpRequest, fact_id: int, id: UUID) -> HttpResponse:
        """What was handed in, to save and open; never shown inside our own pages."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        exhibits = Exhibit.objects.select_related("fact__citizen")
        exhibit = exhibits.filter(pk=id, fact_id=fact_id).first()
        if exhibit is None:
            raise Http404
        return HttpResponse(
            look_at(exhibit, by=request.user.get_username(), at=timezone.now()),
            content_type=exhibit.media_type,
            headers={
                "Content-Disposition": f'attachment; filename="{id}.{SUFFIX[exhibit.media_type]}"',
                "X-Content-Type-Options": "nosniff",
            },
        )

    def account_of(self, fact: Circumstance) -> str:
        return fact.citizen.account_code

    @admin.display(description=gettext_lazy("account number"), ordering="citizen__account_code")
    def account_code(self, fact: Circumstance) -> str:
        return fact.citizen.account_code

    @admin.display(description=gettext_lazy("what was told"))
    def what(self, fact: Circumstance) -> str:
        words = VOCABULARY.get(fact.kind)
        value = words(fact.value).label if words else fact.value
        return f"{fact.get_kind_display()}: {value}"

    @admin.display(description=gettext_lazy("handed in"), ordering="files")
    def handed_in(self, fact: Any) -> int:
        return int(fact.files)

    @admin.display(description=gettext_lazy("clock"), ordering="evidence_due_on")
    def clock(self, fact: Circumstance) -> str:
        if not _waits(fact) or fact.evidence_due_on is None:
            return _("judged")
        days = (fact.evidence_due_on - timezone.localdate()).days
        if days < 0:
            return ngettext("%(n)s day too late", "%(n)s days too late", -days) % {"n": -days}
        return ngettext("%(n)s day left", "%(n)s days left", days) % {"n": days}

    @admin.display(description=gettext_lazy("what was shown"))
    def documents(self, fact: Circumstance) -> str:
        exhibits = fact.exhibits.defer("content").order_by("handed_in_at")
        links = [
            (
                reverse("admin:citizens_circumstance_document", args=[fact.pk, exhibit.pk]),
                timezone.localtime(exhibit.handed_in_at).strftime("%d-%m-%Y %H:%M"),
                SUFFIX[exhibit.media_type].upper(),
            )
            for exhibit in exhibits
        ]
        return format_html_join("", '<a href="{}">{} {}</a><br>', links) or "-"
