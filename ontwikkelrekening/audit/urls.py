"""The addresses of the audit pages; all of them under /audit/."""

from django.urls import path

from ontwikkelrekening.audit.views import (
    books,
    casework,
    decisions,
    exports,
    money,
    reach,
    rounds,
    seals,
    work,
)

app_name = "audit"

urlpatterns = [
    path("", books.overview, name="overview"),
    path("checks", books.checks, name="checks"),
    path("trial-balance", books.trial_balance_page, name="trial-balance"),
    path("classes/<slug:code>", books.account_class, name="class"),
    path("accounts/<str:code>", books.account, name="account"),
    path("bookings", books.bookings, name="bookings"),
    path("bookings/<uuid:id>", books.booking, name="booking"),
    path("transfers/<int:xid>-<int:seq>", books.transfer, name="transfer"),
    path("transfers/<int:xid>-<int:seq>/proof.json", seals.transfer_proof, name="transfer-proof"),
    path("accounts/<str:code>/proof.json", seals.account_proof, name="account-proof"),
    path("exports", exports.exports, name="exports"),
    path("exports/<slug:form>", exports.export, name="export"),
    path("seals", seals.seals, name="seals"),
    path("objections", casework.objections, name="objections"),
    path("objections/<uuid:id>", casework.objection, name="objection"),
    path("decisions", decisions.decisions, name="decisions"),
    path("decisions/<uuid:id>", decisions.decision, name="decision"),
    path("learning-accounts/<str:code>", decisions.learning_account, name="learning-account"),
    path("policies", decisions.policies, name="policies"),
    path("policies/simulations", casework.simulations, name="simulations"),
    path("policies/simulations/<uuid:id>", casework.simulation, name="simulation"),
    path("policies/<int:id>", decisions.policy, name="policy"),
    path("top-ups", decisions.runs, name="runs"),
    path("top-ups/<uuid:id>", decisions.run, name="run"),
    path("funds", money.funds, name="funds"),
    path("funds/<slug:scheme>", money.fund_page, name="fund"),
    path("funds/<slug:scheme>/reach", reach.reached, name="reach"),
    path("rounds", rounds.rounds, name="rounds"),
    path("rounds/<uuid:id>", rounds.round_, name="round"),
    path("rounds/<uuid:id>/round.json", rounds.proof, name="round-proof"),
    path("rounds/<uuid:id>/list.csv", rounds.published_list, name="round-list"),
    path("providers", money.providers, name="providers"),
    path("providers/<uuid:id>", money.provider, name="provider"),
    path("enrolments/<uuid:id>", money.enrolment, name="enrolment"),
    path("claims", money.claims, name="claims"),
    path("claims/<uuid:id>", money.claim, name="claim"),
    path("payments", money.batches, name="batches"),
    path("payments/<uuid:id>", money.batch, name="batch"),
    path("work", work.work, name="work"),
]
