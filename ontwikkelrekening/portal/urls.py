"""The addresses of the citizen's pages, in Dutch because citizens read them."""

from django.urls import path

from ontwikkelrekening.portal import login, views_about, views_account

app_name = "portal"

urlpatterns = [
    path("", views_account.home, name="home"),
    path("inloggen", login.log_in, name="log_in"),
    path("uitloggen", login.log_out, name="log_out"),
    path("hulp", views_about.help_page, name="help"),
    path("toegankelijkheid", views_about.accessibility, name="accessibility"),
]
