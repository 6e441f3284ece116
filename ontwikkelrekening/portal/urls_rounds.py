"""The addresses of rounds: open to everyone, because everyone may check how money is divided."""

from django.urls import path

from ontwikkelrekening.portal import views_rounds

app_name = "rounds"

urlpatterns = [
    path("", views_rounds.rounds, name="all"),
    path("<slug:code>", views_rounds.one, name="one"),
    path("<slug:code>/aanvragen", views_rounds.apply, name="apply"),
    path("<slug:code>/intrekken", views_rounds.withdraw, name="withdraw"),
    path("<slug:code>/tijdvak.json", views_rounds.facts, name="facts"),
    path("<slug:code>/lijst.csv", views_rounds.full_list, name="list"),
]
