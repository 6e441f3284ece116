"""The addresses of the open data: for everyone."""

from django.urls import path

from ontwikkelrekening.audit.views import open_data

app_name = "open-data"

urlpatterns = [
    path("", open_data.everything, name="all"),
    path("<slug:scheme>/<int:year>/", open_data.reached, name="reach"),
    path("<slug:scheme>/<int:year>/<str:name>", open_data.file, name="file"),
]
