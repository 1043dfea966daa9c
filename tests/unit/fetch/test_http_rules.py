"""The rules behind the client, one by one: which addresses, which secrets, which answers."""

from __future__ import annotations

import pytest

from tasks.fetch import answers, safety

_V4 = ["10.0.0.1", "192.168.1.1", "172.16.5.4", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255"]
_V6 = ["::", "fe80::1", "fc00::1", "[fd12::1]", "::ffff:192.168.0.1"]


@pytest.mark.parametrize("host", [*_V4, *_V6])
def test_private_and_reserved_addresses_are_refused_whatever_is_allowed(host: str) -> None:
    assert safety.refused_address(host, allow_loopback=True)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost", "LOCALHOST".lower(), "db.localhost", "::ffff:127.0.0.1"])
def test_loopback_is_refused_unless_allowed(host: str) -> None:
    assert safety.refused_address(host, allow_loopback=False)
    assert not safety.refused_address(host, allow_loopback=True)


@pytest.mark.parametrize("host", ["www.gov.uk", "8.8.8.8", "2606:4700::1111"])
def test_public_hosts_pass(host: str) -> None:
    assert not safety.refused_address(host, allow_loopback=False)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://user:pass@www.nomisweb.co.uk/x?uid=0x1&time=latest", "https://www.nomisweb.co.uk/x?uid=HIDDEN&time=latest"),
        ("https://a.example/x?apikey=1&API_KEY=2&api-key=3", "https://a.example/x?apikey=HIDDEN&API_KEY=HIDDEN&api-key=HIDDEN"),
        ("https://a.example/x?%24%24app_token=1", "https://a.example/x?$$app_token=HIDDEN"),
        ("https://b.example/f.csv?X-Amz-Signature=a&X-Amz-Credential=b&response=1", "https://b.example/f.csv?X-Amz-Signature=HIDDEN&X-Amz-Credential=HIDDEN&response=1"),
        ("https://c.example/q?where=1=1&token=abc#part", "https://c.example/q?where=1%3D1&token=HIDDEN"),
        ("https://d.example/q?geography=1,2&keyword=x&monkey=y", "https://d.example/q?geography=1,2&keyword=x&monkey=y"),
    ],
)  # fmt: skip
def test_the_values_of_secrets_are_hidden_and_nothing_else(url: str, kept: str) -> None:
    assert safety.redacted_url(url) == kept


def test_secrets_are_hidden_at_any_depth() -> None:
    value = {"a": [{"token": "x", "code": "E08000025"}], "pairs": [["uid", "x"], ["time", "latest"]]}
    assert safety.redacted(value) == {"a": [{"token": "HIDDEN", "code": "E08000025"}], "pairs": [["uid", "HIDDEN"], ["time", "latest"]]}


def test_a_star_stands_for_every_host_below_and_not_for_the_name_itself() -> None:
    assert safety.host_is_named("services1.arcgis.com", ["*.arcgis.com"])
    assert not safety.host_is_named("arcgis.com", ["*.arcgis.com"])
    assert not safety.host_is_named("evil-arcgis.com", ["*.arcgis.com"])
    assert not safety.host_is_named("arcgis.com.evil.example", ["arcgis.com"])


@pytest.mark.parametrize(
    ("url", "login"),
    [
        ("https://x.example/user/login?destination=a", True),
        ("https://x.example/Account/SignIn", True),
        ("https://login.microsoftonline.com/common", True),
        ("https://x.example/oauth2/authorize", True),
        ("https://x.example/statistics/blogging-in-2019.csv", False),
        ("https://x.example/associations.csv", False),
        ("https://x.example/design-in-schools", False),
    ],
)
def test_a_login_page_is_known_by_its_address(url: str, login: bool) -> None:
    assert safety.looks_like_login(url) is login


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"title":"Forbidden","status":403}', "Forbidden"),
        (b'{"title":"Invalid","errors":[{"message":"Too short","code":"Length","path":"search"}]}', "Invalid; Length; Too short; search"),
        (b'{"error":{"code":400,"message":"Invalid query","details":["no field X"]}}', "400; Invalid query; no field X"),
        (b'{"success":false,"error":{"message":"Not found","__type":"Not Found Error"}}', "Not found"),
        (b'{"errorcode":10005,"message":"unknown dataset"}', "10005; unknown dataset"),
        (b"<html><title>  Service\n unavailable </title>", '"Service unavailable"'),
        (b"<html><body><h1>Gone <b>fishing</b></h1>", '"Gone fishing"'),
        (b"plain\nwords\x00", "plain words"),
        (b"", ""),
    ],
)  # fmt: skip
def test_what_a_service_says_of_its_error_is_found_in_any_of_the_usual_forms(body: bytes, said: str) -> None:
    assert answers.service_message(body, "") == said


@pytest.mark.parametrize(
    ("body", "media_type", "media", "code"),
    [
        (b"\xef\xbb\xbfa,b\n", "text/csv", ("text/csv",), None),
        (b"a,b\n", "text/html", ("text/csv",), None),
        (b"<!-- x -->\n<!DOCTYPE HTML>", "text/csv", ("text/csv",), "fetch.not_data"),
        (b"  <html lang=en>", "application/octet-stream", ("application/vnd.ms-excel",), "fetch.not_data"),
        (b"<table><tr><td>1", "application/vnd.ms-excel", ("application/vnd.ms-excel",), None),
        (b"<?xml version='1.0'?><Error><Code>AccessDenied", "application/xml", ("text/csv",), "fetch.not_data"),
        (b'{"error": "x"}', "application/json", ("text/csv",), "fetch.not_data"),
        (b'{"a": 1}', "application/json", ("application/json",), None),
        (b"<html>", "text/html", None, None),
    ],
)
def test_the_content_says_whether_it_is_data_and_not_its_label(
    body: bytes, media_type: str, media: tuple[str, ...] | None, code: str | None
) -> None:
    failure = answers.failure_of_content(body, media_type, media, through_login=False)
    assert (failure.code if failure else None) == code


@pytest.mark.parametrize(
    ("value", "seconds"), [("5", 5.0), ("", None), ("soon", None), ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0), ("-1", None)]
)
def test_retry_after_is_seconds_or_a_date_or_nothing(value: str, seconds: float | None) -> None:
    assert answers.seconds_to_wait({"retry-after": value}) == seconds
