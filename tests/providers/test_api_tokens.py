"""Tokens: client credentials only, an hour at most, hashed, each grant and refusal logged."""

from base64 import b64encode
from datetime import timedelta
from json import dumps
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client as Browser
from jwcrypto.jwk import JWK
from oauth2_provider.models import AccessToken
from oauth2_provider.settings import DEFAULTS, oauth2_settings

from tests.providers.calls import Software, basic, problem
from tests.providers.world import MONDAY, de_linde

TOKEN = "/oauth/token"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
FORM = "application/x-www-form-urlencoded"


def ask(software: Software, secret: str = "", **form: str) -> Any:
    headers = basic(software.client, secret or software.secret)
    return Browser().post(TOKEN, {"grant_type": "client_credentials", **form}, headers=headers)


def test_a_token_lasts_an_hour_and_not_a_second_longer(db: None, linde: Software) -> None:
    with time_machine.travel(MONDAY, tick=False):
        answer = ask(linde).json()
        linde.token = answer["access_token"]
    assert answer["expires_in"] == 3600

    with time_machine.travel(MONDAY + timedelta(minutes=59), tick=False):
        assert linde.get("/courses").status_code == 200
    with time_machine.travel(MONDAY + timedelta(minutes=60), tick=False):
        problem(linde.get("/courses"), 401)


def test_a_token_is_stored_as_a_hash(linde: Software) -> None:
    (stored,) = AccessToken.objects.values_list("token", "token_checksum")

    assert linde.token not in stored


def test_a_token_may_have_fewer_scopes_but_never_more(linde: Software) -> None:
    narrow = Software(linde.provider, ["claims", "courses"])

    assert ask(narrow, scope="claims").json()["scope"] == "claims"
    assert ask(narrow, scope="payments").json()["error"] == "invalid_scope"


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        (
            {"grant_type": "password", "username": "a", "password": "b"},
            400,
            "unsupported_grant_type",
        ),
        ({"grant_type": "authorization_code", "code": "x"}, 400, "unsupported_grant_type"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, 400, "unsupported_grant_type"),
        ({"grant_type": DEVICE}, 400, "unsupported_grant_type"),
        ({"grant_type": DEVICE, "device_code": "x"}, 400, "unsupported_grant_type"),
        ({"grant_type": ""}, 400, "invalid_request"),
    ],
)
def test_no_other_grant_exists(
    linde: Software, form: dict[str, str], status: int, error: str
) -> None:
    answer = ask(linde, **form)

    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_a_wrong_secret_is_refused_and_logged(
    linde: Software, caplog: pytest.LogCaptureFixture
) -> None:
    answer = ask(linde, secret="wrong")

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert [record.message for record in caplog.records if "token" in record.message] == [
        "token refused"
    ]
    assert linde.secret not in caplog.text


def test_a_grant_is_logged_without_the_token(
    linde: Software, caplog: pytest.LogCaptureFixture
) -> None:
    token = ask(linde).json()["access_token"]

    (record,) = [record for record in caplog.records if "token" in record.message]
    assert record.message == "token granted"
    assert vars(record)["client"] == linde.client.client_id
    assert token not in caplog.text


def test_a_token_in_the_address_is_no_token(linde: Software) -> None:
    answer = Browser().get(f"/api/v1/courses?access_token={linde.token}")

    problem(answer, 401)


def test_a_client_that_is_removed_loses_its_tokens(linde: Software) -> None:
    linde.client.delete()

    problem(linde.get("/courses"), 401)


def test_the_command_makes_a_client_that_works(
    linde: Software, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("create_client", linde.provider.kvk_number, "--scopes", "claims")
    lines = dict(line.split("=", 1) for line in capsys.readouterr().out.splitlines() if "=" in line)

    answer = Browser().post(
        TOKEN,
        {
            "grant_type": "client_credentials",
            "client_id": lines["clientId"],
            "client_secret": lines["clientSecret"],
        },
    )

    assert answer.json()["scope"] == "claims"


@pytest.mark.parametrize("json", [[], ["--json"]], ids=["lines", "json"])
def test_the_command_shows_no_secret_of_who_signs(
    linde: Software, capsys: pytest.CaptureFixture[str], tmp_path: Path, json: list[str]
) -> None:
    file = tmp_path / "keys.json"
    key = JWK.generate(kty="RSA", size=2048).export_public(as_dict=True)
    file.write_text(dumps({"keys": [key]}))
    call_command("create_client", linde.provider.kvk_number, "--jwks", str(file), *json)

    shown = capsys.readouterr().out
    assert "clientId" in shown
    assert "clientSecret" not in shown


def test_every_switch_of_rfc_9700_that_the_library_has_is_on() -> None:
    switches = {name for name in DEFAULTS if name.startswith("COMPLIANT_BCP_RFC9700_")}

    assert len(switches) >= 10
    assert all(getattr(oauth2_settings, name) is True for name in switches)


@pytest.mark.parametrize("value", ["\x00", "a\x00b", "\ud83d", "é" * 200, "x" * 5000])
@pytest.mark.parametrize("field", ["client_id", "client_secret", "scope", "grant_type"])
def test_nonsense_in_any_field_is_a_refusal_and_no_failure(
    linde: Software, field: str, value: str
) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_id": linde.client.client_id,
        "client_secret": linde.secret,
        field: value,
    }
    body = urlencode(form, errors="surrogatepass")
    answer = Browser().post(TOKEN, body, content_type=FORM)

    assert answer.status_code in (400, 401), answer.content
    assert answer.json()["error"]


@pytest.mark.parametrize("pair", [b"\x00:\x00", b"a\x00:x", b"\xff\xfe:x", b"x", b""])
def test_nonsense_in_the_header_is_a_refusal_and_no_failure(db: None, pair: bytes) -> None:
    headers = {"Authorization": f"Basic {b64encode(pair).decode()}"}
    answer = Browser().post(TOKEN, {"grant_type": "client_credentials"}, headers=headers)

    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_client"


def end(software: Software, token: str, secret: str = "") -> Any:
    headers = basic(software.client, secret or software.secret)
    return Browser().post("/oauth/revoke", {"token": token}, headers=headers)


@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "another", ""])
def test_a_hint_keeps_no_token_from_its_end(linde: Software, hint: str) -> None:
    form = {"token": linde.token, "token_type_hint": hint}
    answer = Browser().post("/oauth/revoke", form, headers=basic(linde.client, linde.secret))

    assert answer.status_code == 200
    problem(linde.get("/courses"), 401)


def test_a_parameter_without_a_value_is_as_if_left_out(linde: Software) -> None:
    answer = ask(linde, scope="", client_id="", client_secret="")

    assert (answer.status_code, answer.json()["scope"]) == (200, ask(linde).json()["scope"])


def test_a_client_says_who_it_is_in_one_way(linde: Software) -> None:
    other = Software(de_linde("Taalhuis"))
    here, there = linde.client.client_id, other.client.client_id

    assert ask(linde, client_id=here).status_code == 200
    for form in (
        {"client_id": there},
        {"client_id": here, "client_secret": linde.secret},
        {"client_id": there, "client_secret": other.secret},
        {"client_secret": "wrong"},
        {"client_assertion": "x"},
    ):
        answer = ask(linde, **form)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request"), form


def test_a_client_can_end_its_token_before_its_hour(linde: Software) -> None:
    answer = end(linde, linde.token)

    assert (answer.status_code, answer.content) == (200, b"")
    problem(linde.get("/courses"), 401)
    assert end(linde, linde.token).status_code == 200  # it is as it should be


def test_nobody_can_end_anothers_token(linde: Software) -> None:
    stranger = Software(de_linde("Taalhuis"))

    assert end(stranger, linde.token).status_code == 200  # which tells nothing
    assert end(linde, linde.token, "wrong").status_code == 401
    assert linde.get("/courses").status_code == 200


def test_the_metadata_leads_to_a_token(linde: Software) -> None:
    found = Browser().get("/.well-known/oauth-authorization-server").json()
    path = found["token_endpoint"].removeprefix(found["issuer"])

    answer = Browser().post(
        path,
        {"grant_type": found["grant_types_supported"][0], "scope": found["scopes_supported"][0]},
        headers=basic(linde.client, linde.secret),
    )

    assert answer.json()["scope"] == found["scopes_supported"][0]
    assert found["token_endpoint_auth_signing_alg_values_supported"] == ["RS256", "PS256"]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"x", "multipart/form-data"),
        (b"x", f"multipart/form-data; boundary={'x' * 300}"),
        (b"grant_type=client_credentials", f"{FORM}; charset=utf-16"),
        (b"&".join(b"a%d=1" % number for number in range(1001)), FORM),
        (b"grant_type=" + b"a" * 1_100_000, FORM),
        (b"grant_type=client_credentials&grant_type=client_credentials", FORM),
    ],
    ids=["no boundary", "long boundary", "charset", "many fields", "large", "twice"],
)
@pytest.mark.parametrize("path", [TOKEN, "/oauth/revoke"])
def test_what_cannot_be_read_is_refused_as_oauth_does(
    linde: Software, path: str, body: bytes, kind: str
) -> None:
    headers = basic(linde.client, linde.secret)
    answer = Browser().post(path, body, content_type=kind, headers=headers)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("path", [TOKEN, "/oauth/revoke"])
def test_what_is_compressed_is_not_read(linde: Software, path: str) -> None:
    headers = {**basic(linde.client, linde.secret), "Content-Encoding": "gzip"}
    answer = Browser().post(path, {"grant_type": "client_credentials"}, headers=headers)

    assert (answer.status_code, answer.json()["error"]) == (415, "invalid_request")
    assert answer.headers["Accept-Encoding"] == "identity"


def test_a_secret_in_the_address_is_refused_in_json(linde: Software) -> None:
    answer = Browser().post(f"{TOKEN}?client_secret={linde.secret}")

    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/json"


def test_a_refusal_says_how_to_log_in(linde: Software) -> None:
    assert ask(linde, secret="wrong").headers["WWW-Authenticate"] == 'Basic realm="oauth"'


def test_a_token_is_kept_by_nobody_on_the_way(linde: Software) -> None:
    answer = ask(linde)

    assert answer.headers["Cache-Control"] == "no-store"
    assert set(answer.json()) == {"access_token", "expires_in", "token_type", "scope"}


def test_a_call_that_is_refused_says_what_was_wrong_with_its_token(linde: Software) -> None:
    def said(status: int, **headers: str) -> str:
        answer = linde.get("/courses", **headers)
        problem(answer, status)
        return str(answer.headers["WWW-Authenticate"])

    realm = 'Bearer realm="api"'
    assert said(401, Authorization="") == realm
    assert said(401, Authorization="Basic eDp5") == realm
    assert said(401, Authorization="Bearer unknown") == f'{realm}, error="invalid_token"'
    linde.token = Software(linde.provider, ["claims"]).token
    assert said(403) == f'{realm}, error="insufficient_scope", scope="courses"'


@pytest.mark.parametrize("method", ["GET", "PUT", "OPTIONS"])
def test_another_method_is_refused_in_json(db: None, method: str) -> None:
    for path, possible in ((TOKEN, "POST"), ("/oauth/revoke", "POST")):
        answer = Browser().generic(method, path)

        assert (answer.status_code, answer.headers["Allow"]) == (405, possible)
        assert answer.json()["error"] == "invalid_request"


def test_metadata_that_is_posted_to_is_refused_in_json() -> None:
    answer = Browser(enforce_csrf_checks=True).post("/.well-known/oauth-authorization-server")

    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert answer.json()["error"] == "invalid_request"


def test_a_token_says_how_many_more_may_be_asked_for_this_minute(linde: Software) -> None:
    with time_machine.travel(MONDAY, tick=False):
        given, refused = ask(linde), ask(linde, "wrong")

    assert (given.status_code, refused.status_code) == (200, 401)
    assert given.headers["RateLimit"] == '"minute";r=119;t=60'
    assert refused.headers["RateLimit"] == '"minute";r=118;t=60'
