"""Every address of the API; tests/providers/test_api_permissions.py lists who may use each."""

from django.urls import path, re_path, register_converter
from django.urls.converters import UUIDConverter
from django.views.decorators.csrf import csrf_exempt

from providers.api.problems import not_found
from providers.api.views.catalogue import Catalogue
from providers.api.views.claims import Claims, ClaimWithdrawals, OneClaim
from providers.api.views.courses import Courses, OneCourse, Publications, Withdrawals
from providers.api.views.documents import Docs, OpenApi
from providers.api.views.enrolments import Enrolments, OneEnrolment
from providers.api.views.jobs import (
    ClaimBatches,
    ClaimBatchItems,
    CourseBatches,
    CourseBatchItems,
    OneClaimBatch,
    OneCourseBatch,
)
from providers.api.views.payments import OwnAccount, Payments
from providers.api.views.tokens import Metadata, Revocation, Token
from providers.api.views.webhooks import (
    Deliveries,
    Endpoints,
    OneEndpoint,
    Retries,
    Secrets,
    Verifications,
)


class IdConverter(UUIDConverter):
    """An id in capitals is the same id (RFC 9562, 4)."""

    regex = f"(?i:{UUIDConverter.regex})"


register_converter(IdConverter, "id")
app_name = "api"
urlpatterns = [
    path("oauth/token", Token.as_view(), name="token"),
    path("oauth/revoke", Revocation.as_view(), name="revoke"),
    path(
        ".well-known/oauth-authorization-server", csrf_exempt(Metadata.as_view()), name="metadata"
    ),
    path("api/v1/openapi.json", csrf_exempt(OpenApi.as_view()), name="openapi"),
    path("api/v1/docs", csrf_exempt(Docs.as_view()), name="docs"),
    path("api/v1/courses", Courses.as_view(), name="courses"),
    path("api/v1/courses/<id:course_id>", OneCourse.as_view(), name="course"),
    path(
        "api/v1/courses/<id:course_id>/publications",
        Publications.as_view(),
        name="course-publications",
    ),
    path(
        "api/v1/courses/<id:course_id>/withdrawals",
        Withdrawals.as_view(),
        name="course-withdrawals",
    ),
    path("api/v1/enrolments", Enrolments.as_view(), name="enrolments"),
    path("api/v1/enrolments/<id:enrolment_id>", OneEnrolment.as_view(), name="enrolment"),
    path("api/v1/claims", Claims.as_view(), name="claims"),
    path("api/v1/claims/<id:claim_id>", OneClaim.as_view(), name="claim"),
    path(
        "api/v1/claims/<id:claim_id>/withdrawals",
        ClaimWithdrawals.as_view(),
        name="claim-withdrawals",
    ),
    path("api/v1/payments", Payments.as_view(), name="payments"),
    path("api/v1/claim-batches", ClaimBatches.as_view(), name="claim-batches"),
    path("api/v1/claim-batches/<id:job_id>", OneClaimBatch.as_view(), name="claim-batch"),
    path(
        "api/v1/claim-batches/<id:job_id>/items",
        ClaimBatchItems.as_view(),
        name="claim-batch-items",
    ),
    path("api/v1/course-batches", CourseBatches.as_view(), name="course-batches"),
    path("api/v1/course-batches/<id:course_job_id>", OneCourseBatch.as_view(), name="course-batch"),
    path(
        "api/v1/course-batches/<id:course_job_id>/items",
        CourseBatchItems.as_view(),
        name="course-batch-items",
    ),
    path("api/v1/catalogue", Catalogue.as_view(), name="catalogue"),
    path("api/v1/webhooks", Endpoints.as_view(), name="webhooks"),
    path("api/v1/webhooks/<id:endpoint_id>", OneEndpoint.as_view(), name="webhook"),
    path(
        "api/v1/webhooks/<id:endpoint_id>/verifications",
        Verifications.as_view(),
        name="webhook-verifications",
    ),
    path("api/v1/webhooks/<id:endpoint_id>/secrets", Secrets.as_view(), name="webhook-secrets"),
    path(
        "api/v1/webhooks/<id:endpoint_id>/deliveries",
        Deliveries.as_view(),
        name="webhook-deliveries",
    ),
    path(
        "api/v1/webhooks/<id:endpoint_id>/deliveries/<id:delivery_id>/retries",
        Retries.as_view(),
        name="webhook-retries",
    ),
    path("api/v1/account", OwnAccount.as_view(), name="account"),
    re_path(r"^[/]*api/[\s\S]*$", csrf_exempt(not_found), name="elsewhere"),
]
