from django.contrib.admin.apps import AdminConfig


class StaffAdminConfig(AdminConfig):
    default_site = "ontwikkelrekening.administration.site.StaffSite"
