"""Addresses of the payment files."""

from django.urls import path

from ontwikkelrekening.payouts import views

app_name = "payouts"
urlpatterns = [
    path("payments/<slug:message_id>.xml", views.payment_file, name="file"),
]
