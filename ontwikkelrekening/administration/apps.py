from django.apps import apps
from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy

OURS = ("ledger", "providers", "ontwikkelrekening")


class StaffAdminConfig(AdminConfig):
    default_site = "ontwikkelrekening.administration.site.StaffSite"

    def ready(self) -> None:
        _let_names_be_translated()  # before a page or a form takes one over
        super().ready()
        from django.contrib.auth.models import User
        from django_otp.plugins.otp_totp.models import TOTPDevice

        from ontwikkelrekening.administration.members import MemberAdmin

        admin.site.unregister(TOTPDevice)  # the library's page would show the secrets
        admin.site.unregister(User)
        admin.site.register(User, MemberAdmin)


def _let_names_be_translated() -> None:
    """Every name of ours is written in English, or derived so; the catalogue has it in Dutch."""
    for config in apps.get_app_configs():
        if config.name.startswith(OURS):
            config.verbose_name = gettext_lazy(str(config.verbose_name))
    for model in apps.get_models():
        if model.__module__.startswith(OURS):
            named = model._meta
            named.verbose_name_plural = gettext_lazy(str(named.verbose_name_plural))
            named.verbose_name = gettext_lazy(str(named.verbose_name))
            for field in (*named.fields, *named.many_to_many):
                if isinstance(field.verbose_name, str):  # a library's is translated by itself
                    field.verbose_name = gettext_lazy(field.verbose_name)
