"""Channels and routes from the environment, and that an address, which holds a password, is shown nowhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import requests

from expectations.errors import EvidenceError
from tasks.alert.channels import Channel, load_channels, send
from tasks.alert.message import Message, notice
from tests.alerting import DATASET, Hook, change, end, held, landed
from warehouse.home import Home

SECRET = "hunter22-very-secret"
FILE = f"""
[channels]
data-team = "json://127.0.0.1:9/services/{SECRET}"
on-call = "mailtos://bot:{SECRET}@mail.example.gov.uk?to=on-call@example.gov.uk"

[routes]
"*" = ["data-team"]
education-data = ["data-team", "on-call"]
"""
TEST = notice("test", "test-1", "A test", "It is only a test.")


def settings(tmp_path: Path, text: str, **more: str) -> dict[str, str]:
    path = tmp_path / "alerts.toml"
    path.write_text(text, encoding="utf-8")
    return {"EVIDENCE_ALERTS_FILE": str(path), **more}


def test_an_owner_has_its_own_route_and_everybody_else_the_star(tmp_path: Path) -> None:
    channels = load_channels(settings(tmp_path, FILE))
    assert [one.name for one in channels.of("education-data")] == ["data-team", "on-call"]
    assert [one.name for one in channels.of("housing-data")] == ["data-team"]
    assert channels.channels["on-call"].kind == "mailtos"


def test_one_address_in_the_environment_is_enough(tmp_path: Path) -> None:
    channels = load_channels({"EVIDENCE_ALERTS": "json://127.0.0.1:9"})
    assert [one.name for one in channels.of("anybody")] == ["alerts"]
    both = load_channels(settings(tmp_path, FILE, EVIDENCE_ALERTS="json://127.0.0.1:9"))
    assert [one.name for one in both.of("anybody")] == ["alerts", "data-team"]
    assert load_channels({}).of("anybody") == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f'[channels]\na = "slack://{SECRET}\n', "not TOML, line 2"),
        (f'[channels]\na = "{SECRET}"\n[routes]\n"*" = ["a"]\n', "channel 'a'"),
        (f'[channels]\n"A b" = "slack://{SECRET}"\n[routes]\n"*" = ["A b"]\n', "channel 'A b'"),
        (f'[channels]\na = "slack://{SECRET}"\n[routes]\n"*" = ["b"]\n', "the route of '*' names b"),
        (f'[channels]\na = "slack://{SECRET}"\n[routes]\n"*" = "a"\n', "names a list"),
        (f'[channels]\na = "slack://{SECRET}"\n', 'no route "*"'),
        (f'[channel]\na = "slack://{SECRET}"\n', "unknown channel"),
    ],
)
def test_settings_that_cannot_be_are_an_error_that_shows_no_address(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(EvidenceError) as caught:
        load_channels(settings(tmp_path, text))
    assert caught.value.code == "alert.settings"
    assert says in caught.value.found
    assert SECRET not in str(caught.value)


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="cannot be read"):
        load_channels({"EVIDENCE_ALERTS_FILE": str(tmp_path / "nowhere.toml")})


@pytest.mark.parametrize(
    "address",
    [
        f"json://bot:{SECRET}@127.0.0.1:9/services/{SECRET}?-token={SECRET}",
        f"mailto://bot:{SECRET}@127.0.0.1:9?from=a@example.org&to=b@example.org&mode=insecure",
        f"nonsense://{SECRET}@127.0.0.1",
        f"slack://{SECRET}",
        f"ntfy://bot:{SECRET}@127.0.0.1:9/{SECRET}",
    ],
)
def test_an_error_of_a_channel_is_said_without_its_secrets(address: str, caplog: pytest.LogCaptureFixture) -> None:
    channel = Channel("team", address)
    said = send(TEST, channel)
    assert said
    assert SECRET not in said
    assert SECRET not in repr(channel)
    assert SECRET not in caplog.text


def test_a_channel_that_fails_leaves_its_secret_nowhere_in_the_home(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVIDENCE_ALERTS", f"json://bot:{SECRET}@127.0.0.1:9/services/{SECRET}")
    record = end(home, held())
    assert "did not take it" in record.outcomes[0].warnings[0]
    written = [path for path in home.root.rglob("*") if path.is_file()]
    assert any(path.parent.name == "outbox" for path in written)
    for path in written:
        assert SECRET not in path.read_text(encoding="utf-8"), path


def test_a_web_hook_gets_the_facts_and_an_id_that_tells_a_duplicate(home: Home, receiver: Hook) -> None:
    end(home, held(change(id="3f9a1c20b7", evidence={"cells": 12})))
    (body,) = receiver.bodies
    assert body["event"] == "held" and body["dataset"] == DATASET
    assert body["changes"][0]["evidence"] == {"cells": 12}
    assert body["commands"][0] == "evidence changes 3f9a1c20b7"
    assert body["id"] == receiver.headers[0]["Idempotency-Key"]
    assert body["message"].startswith("Nothing of this dataset is in service yet")
    json.dumps(body)


@pytest.mark.parametrize(
    ("address", "text"),
    [
        (
            "workflows://prod-1.westeurope.logic.azure.com:443/643e/ABCDE123",
            lambda sent: sent["attachments"][0]["content"]["body"][-1]["text"],
        ),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", lambda sent: json.dumps(sent, ensure_ascii=False)),
    ],
)
def test_chat_gets_the_short_form_and_cannot_be_made_to_shout(address: str, text: object, monkeypatch: pytest.MonkeyPatch) -> None:
    posted = []

    class Taken:
        status_code, content, text, headers = 200, b"ok", "ok", {}

    def request(session: object, method: str, url: str, data: str = "", **_: object) -> Taken:
        posted.append(json.loads(data))
        return Taken()

    monkeypatch.setattr(requests.Session, "request", request)
    said = _chat_message("The column <!channel> *bold* [link](https://example.org) is gone.")
    assert send(said, Channel("chat", address)) == ""
    shown = text(posted[0])  # type: ignore[operator]
    assert "The column" in shown and "evidence accept" in shown
    assert "<!channel>" not in shown
    assert "[link](https" not in json.dumps(posted) or address.startswith("slack"), "Teams would make it a link; to Slack it is plain text"
    assert "What it is for" not in shown
    assert "raw/master" not in json.dumps(posted), "no picture is loaded from elsewhere"


def _chat_message(what: str) -> Message:
    from tests.unit.alert.test_alert_message import message

    return message(held(change(what=what)))


def test_without_a_channel_nothing_is_sent_and_the_state_is_kept(home: Home) -> None:
    assert end(home, held()).outcomes[0].warnings == ()
    assert not (home.state / "outbox").exists()
    assert json.loads((home.state / "alerts.json").read_text(encoding="utf-8"))["alerts"]


def test_the_first_run_that_has_a_channel_tells_what_nobody_was_told(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.alerting import hook

    end(home, held(change(evidence={"home_touched": True})), landed(dataset="ons.population"))
    with hook() as kept:
        monkeypatch.setenv("EVIDENCE_ALERTS", kept.address)
        end(home, held(change(evidence={"home_touched": True})), run="run-2")
        assert "no channel told it then" in " ".join(kept.bodies[0]["message"].split())
        assert len(kept.bodies) == 1
