"""The addresses of the provider area, in Dutch; all of them under /opleiders/."""

from django.urls import path

from ontwikkelrekening.provider_area import login
from ontwikkelrekening.provider_area.views import (
    claims,
    courses,
    enrolments,
    files,
    home,
    payments,
    software,
    webhooks,
)

app_name = "provider_area"

urlpatterns = [
    path("", home.home, name="home"),
    path("inloggen", login.log_in, name="log_in"),
    path("ingelogd", login.logged_in, name="logged_in"),
    path("uitloggen", login.log_out, name="log_out"),
    path("opleidingen", courses.courses, name="courses"),
    path("opleidingen/nieuw", courses.register, name="register"),
    path("opleidingen/bestand", files.hand_in, name="hand_in_courses"),
    path("opleidingen/bestand/<uuid:file_id>", files.take_in, name="take_in_courses"),
    path("opleidingen/<uuid:course_id>", courses.course, name="course"),
    path("opleidingen/<uuid:course_id>/wijzigen", courses.revise, name="revise"),
    path("opleidingen/<uuid:course_id>/publiceren", courses.publish, name="publish"),
    path("opleidingen/<uuid:course_id>/intrekken", courses.withdraw, name="withdraw_course"),
    path("inschrijvingen", enrolments.enrolments, name="enrolments"),
    path("inschrijvingen/code", enrolments.redeem, name="redeem"),
    path("inschrijvingen/<uuid:enrolment_id>", enrolments.enrolment, name="enrolment"),
    path(
        "inschrijvingen/<uuid:enrolment_id>/declareren/<slug:instalment>",
        claims.submit,
        name="submit",
    ),
    path("declaraties", claims.claims, name="claims"),
    path("declaraties/<uuid:claim_id>", claims.claim, name="claim"),
    path("declaraties/<uuid:claim_id>/intrekken", claims.withdraw, name="withdraw_claim"),
    path("betalingen", payments.payments, name="payments"),
    path("software", software.software, name="software"),
    path("software/nieuw", software.create, name="create_client"),
    path("software/<int:client_id>", software.client, name="client"),
    path("software/<int:client_id>/geheim", software.rotate_secret, name="rotate_secret"),
    path(
        "software/<int:client_id>/oude-geheimen", software.end_old_secrets, name="end_old_secrets"
    ),
    path("software/<int:client_id>/sleutels", software.replace_keys, name="replace_keys"),
    path("software/<int:client_id>/intrekken", software.revoke, name="revoke"),
    path("webhooks", webhooks.webhooks, name="webhooks"),
    path("webhooks/nieuw", webhooks.register, name="register_webhook"),
    path("webhooks/<uuid:endpoint_id>", webhooks.webhook, name="webhook"),
    path("webhooks/<uuid:endpoint_id>/bevestigen", webhooks.verify, name="verify_webhook"),
    path("webhooks/<uuid:endpoint_id>/geheim", webhooks.rotate, name="rotate_webhook"),
    path("webhooks/<uuid:endpoint_id>/verwijderen", webhooks.remove, name="remove_webhook"),
    path(
        "webhooks/<uuid:endpoint_id>/berichten/<uuid:delivery_id>",
        webhooks.delivery,
        name="delivery",
    ),
    path(
        "webhooks/<uuid:endpoint_id>/berichten/<uuid:delivery_id>/opnieuw",
        webhooks.send_again,
        name="send_again",
    ),
]
