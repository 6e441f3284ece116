"""The addresses of the provider area, in Dutch; all of them under /opleiders/."""

from django.urls import path

from ontwikkelrekening.provider_area import login
from ontwikkelrekening.provider_area.views import claims, courses, enrolments, home, payments

app_name = "provider_area"

urlpatterns = [
    path("", home.home, name="home"),
    path("inloggen", login.log_in, name="log_in"),
    path("ingelogd", login.logged_in, name="logged_in"),
    path("uitloggen", login.log_out, name="log_out"),
    path("opleidingen", courses.courses, name="courses"),
    path("opleidingen/nieuw", courses.register, name="register"),
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
]
