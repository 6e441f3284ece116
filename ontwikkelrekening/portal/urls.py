"""The addresses of the citizen's pages, in Dutch because citizens read them."""

from django.urls import path

from ontwikkelrekening.portal import (
    login,
    views_about,
    views_account,
    views_courses,
    views_enrolments,
    views_facts,
    views_objections,
    views_pause,
    views_privacy,
    views_what_if,
)

app_name = "portal"

urlpatterns = [
    path("", views_account.front, name="home"),
    path("inloggen", login.log_in, name="log_in"),
    path("ingelogd", login.logged_in, name="logged_in"),
    path("uitloggen", login.log_out, name="log_out"),
    path("er-nog", login.stay, name="stay"),
    path("afschrift", views_account.statement, name="statement"),
    path("tegoed/<uuid:tranche_id>", views_account.credit, name="credit"),
    path("waarvoor", views_account.spending, name="spending"),
    path("besluiten", views_account.decisions, name="decisions"),
    path("besluiten/<uuid:decision_id>", views_account.decision, name="decision"),
    path("besluiten/<uuid:decision_id>/brief", views_account.letter_file, name="letter"),
    path("besluiten/<uuid:decision_id>/bezwaar", views_objections.object_to, name="object"),
    path("bezwaren/<uuid:objection_id>", views_objections.objection, name="objection"),
    path(
        "bezwaren/<uuid:objection_id>/intrekken",
        views_objections.withdraw,
        name="withdraw_objection",
    ),
    path("wat-krijg-ik", views_what_if.check, name="what_if"),
    path("opleidingen", views_courses.courses, name="courses"),
    path("opleidingen/<uuid:course_id>", views_courses.course, name="course"),
    path("opleidingen/<uuid:course_id>/kiezen", views_courses.choose, name="choose"),
    path("opleidingen/<uuid:course_id>/controleren", views_courses.check, name="check"),
    path("keuzes", views_enrolments.enrolments, name="enrolments"),
    path("keuzes/<uuid:enrolment_id>", views_enrolments.enrolment, name="enrolment"),
    path("keuzes/<uuid:enrolment_id>/annuleren", views_enrolments.cancel, name="cancel"),
    path("mijn-gegevens", views_facts.facts, name="facts"),
    path("mijn-gegevens/kopie", views_privacy.copy, name="copy"),
    path("mijn-gegevens/<slug:kind>", views_facts.state_fact, name="state_fact"),
    path("mijn-gegevens/bewijs/<int:fact_id>", views_facts.show_evidence, name="show_evidence"),
    path("pauze", views_pause.pause, name="pause"),
    path("pauze/controleren", views_pause.check, name="check_pause"),
    path("pauze/stoppen", views_pause.resume, name="resume"),
    path("wie-keek", views_privacy.looks, name="looks"),
    path("hulp", views_about.help_page, name="help"),
    path("toegankelijkheid", views_about.accessibility, name="accessibility"),
    path("favicon.ico", views_about.icon),
    path("robots.txt", views_about.robots),
    path(".well-known/security.txt", views_about.security),
]
