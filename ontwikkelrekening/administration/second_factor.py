"""The second factor of staff: six digits from an app, after the password and before anything else.

The secrets, the tries and the pauses between them are django-otp's. A member of staff without an app
sets one up here, the first time; `manage.py forget_second_factor` gives somebody who lost it
another first time.
"""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Callable
from urllib.parse import urlencode

import segno
from django import forms
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django_otp import login, verify_token
from django_otp.middleware import is_verified
from django_otp.plugins.otp_totp.models import TOTPDevice


class SecondFactor:
    """Middleware: whoever only gave a password is led to the page that asks for the rest.

    It stands before every page, so no page of staff has to think of it. Citizens and clients of the
    API are no users and pass.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if _is_half_in(request) and request.path not in (ask_url(), reverse("admin:logout")):
            return redirect(f"{ask_url()}?{urlencode({'next': request.get_full_path()})}")
        return self.get_response(request)


class CodeForm(forms.Form):
    code = forms.CharField(max_length=20)

    def clean_code(self) -> str:
        code = "".join(self.cleaned_data["code"].split())
        if not (code.isascii() and code.isdigit() and len(code) == 6):
            raise forms.ValidationError(_("The code has six digits."))
        return code


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for the code of the app, or first show how to set one up; then go on to `next`."""
    device = _device_of(request.user.pk or 0)
    form = CodeForm(request.POST or None)
    if form.is_valid():
        if verify_token(request.user, device.persistent_id, form.cleaned_data["code"]):
            TOTPDevice.objects.filter(id=device.id).update(confirmed=True)
            request.session.cycle_key()
            login(request, device)
            return redirect(_next(request))
        form.add_error("code", _("This code is not right, or was used. Wait for the next one."))
    context = {
        "form": form,
        "next": request.POST.get("next", request.GET.get("next", "")),
        "device": device,
        "picture": "" if device.confirmed else _picture(device),
        "key": "" if device.confirmed else _in_fours(device),
    }
    return render(request, "staff/second_factor.html", context, status=422 if form.errors else 200)


def forget(member: User) -> int:
    """Forget the app of a member of staff; return how many there were. The next log-in sets one up.

    A session that the app had opened ends (`middleware.VerifiedUser`).
    """
    removed: int = TOTPDevice.objects.filter(user=member).delete()[0]
    return removed


def ask_url() -> str:
    return reverse("second_factor")


def _is_half_in(request: HttpRequest) -> bool:
    return bool(
        settings.STAFF_SECOND_FACTOR
        and settings.SESSION_COOKIE_NAME in request.COOKIES  # look no session up without one
        and SESSION_KEY in request.session
        and request.user.is_authenticated
        and not is_verified(request.user)
    )


@transaction.atomic
def _device_of(member_id: int) -> TOTPDevice:
    """The app of this member of staff; an unconfirmed one until its first code was right."""
    User.objects.select_for_update().get(id=member_id)  # two tabs at once set up one app
    device, _is_new = TOTPDevice.objects.get_or_create(
        user_id=member_id, defaults={"name": "app", "confirmed": False}
    )
    return device


def _picture(device: TOTPDevice) -> str:
    """The QR code as an image of its own: dark on white, with the quiet border a camera needs."""
    code = segno.make(device.config_url)
    uri: str = code.svg_data_uri(scale=5, border=4, dark="#000", light="#fff")
    return uri


def _in_fours(device: TOTPDevice) -> str:
    """The secret as people type it into an app that has no camera: base 32, in groups of four."""
    key = b32encode(device.bin_key).decode()
    return " ".join(key[at : at + 4] for at in range(0, len(key), 4))


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else reverse("admin:index")
