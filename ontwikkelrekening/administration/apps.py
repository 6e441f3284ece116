from django.contrib import admin
from django.contrib.admin.apps import AdminConfig


class StaffAdminConfig(AdminConfig):
    default_site = "ontwikkelrekening.administration.site.StaffSite"

    def ready(self) -> None:
        super().ready()
        from django_otp.plugins.otp_totp.models import TOTPDevice

        admin.site.unregister(TOTPDevice)  # the library's page would show the secrets
