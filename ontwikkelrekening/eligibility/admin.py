"""Schemes, policies, decisions and casework in the administration; four eyes are the domain's own rule."""

from __future__ import annotations

from django.contrib import admin

from ledger.admin import ReadOnlyAdmin
from ontwikkelrekening.eligibility.admin_decisions import DecisionAdmin
from ontwikkelrekening.eligibility.admin_deviations import DeviationAdmin
from ontwikkelrekening.eligibility.admin_objections import ObjectionAdmin
from ontwikkelrekening.eligibility.admin_policies import PolicyAdmin
from ontwikkelrekening.eligibility.models import Scheme

__all__ = ["DecisionAdmin", "DeviationAdmin", "ObjectionAdmin", "PolicyAdmin", "SchemeAdmin"]


@admin.register(Scheme)
class SchemeAdmin(ReadOnlyAdmin):
    list_display = ["code", "name"]
