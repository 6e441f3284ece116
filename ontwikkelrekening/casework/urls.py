"""The addresses of the staff who decide, under /werk/."""

from django.urls import path

from ontwikkelrekening.casework import views_policies, views_work

app_name = "casework"

urlpatterns = [
    path("werk/", views_work.work, name="work"),
    path("werk/besluiten/<uuid:decision_id>", views_work.decision, name="decision"),
    path("werk/bezwaren/<uuid:objection_id>", views_work.objection, name="objection"),
    path("werk/afwijkingen/<uuid:deviation_id>", views_work.deviation, name="deviation"),
    path("werk/beleid", views_policies.policies, name="policies"),
    path("werk/beleid/<int:policy_id>", views_policies.policy, name="policy"),
    path("werk/doorrekeningen/<uuid:simulation_id>", views_policies.simulation, name="simulation"),
]
