from django.apps import apps
from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy

OURS = ("ledger", "providers", "ontwikkelrekening")


class StaffAdminConfig(AdminConfig):
    default_site = "ontwikkelrekening.administration.site.StaffSite"

    def ready(self) -> None:
        super().ready()
        from django.contrib.auth.models import User
        from django_otp.plugins.otp_totp.models import TOTPDevice

        from ontwikkelrekening.administration.members import MemberAdmin

        admin.site.unregister(TOTPDevice)  # the library's page would show the secrets
        admin.site.unregister(User)
        admin.site.register(User, MemberAdmin)
        _let_names_be_translated()


def _let_names_be_translated() -> None:
    """Fields and models that name themselves do so in English; the catalogue has them in Dutch."""
    for model in apps.get_models():
        if not model.__module__.startswith(OURS):
            continue
        options = model._meta
        if "verbose_name" not in options.original_attrs:
            options.verbose_name = gettext_lazy(options.verbose_name_raw)
            options.verbose_name_plural = gettext_lazy(str(options.verbose_name_plural))
        for field in options.fields:
            if field._verbose_name is None:  # type: ignore[attr-defined]
                field.verbose_name = gettext_lazy(str(field.verbose_name))
