"""The automations as code: Prefect's own models take every one of them, and what they would drop in silence is refused."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from prefect.events.schemas.automations import Automation, EventTrigger

from expectations.errors import EvidenceError
from flows import automations
from flows.deployments import WATCH

LATE = (automations.FOLDER / "late.yaml").read_text(encoding="utf-8")
NOTIFICATION = (automations.FOLDER / "notification.yaml").read_text(encoding="utf-8")


def test_prefect_takes_every_automation() -> None:
    names = {one.name for one in automations.declared()}
    assert {"evidence: late", "evidence: held or changed", "evidence: webhook"} <= names
    assert all(name.startswith(automations.PREFIX) for name in names)


def test_late_is_the_absence_of_a_landing_after_a_due_for_each_dataset() -> None:
    (late,) = (one for one in automations.declared() if one.name == "evidence: late")
    core, off = automations.core_of(late, lambda kind, name: UUID(int=1) if name == f"{WATCH}/{WATCH}" else None)
    trigger = core.trigger.model_dump(mode="json")
    assert off == ""
    assert (trigger["posture"], trigger["after"], trigger["for_each"]) == ("Proactive", ["evidence.dataset.due"], ["prefect.resource.id"])
    assert "evidence.dataset.landed" in trigger["expect"]


def test_without_its_block_an_automation_is_off_and_says_why() -> None:
    (told,) = (one for one in automations.declared() if one.name == "evidence: held or changed")
    core, off = automations.core_of(told, lambda kind, name: None)
    assert (core.enabled, off) == (False, "EVIDENCE_PREFECT_NOTIFY is not set")
    assert off in core.description


def test_the_order_in_which_a_server_writes_names_is_no_change() -> None:
    """A set of two names is written in the order they went in wherever their hashes meet, and hashes are drawn anew by every process."""
    core, _ = automations.core_of(automations.declared()[0], lambda kind, name: UUID(int=1))
    first, second = next((f"a{one}", f"b{one}") for one in range(10_000) if list({f"a{one}", f"b{one}"}) != list({f"b{one}", f"a{one}"}))
    declared = core.model_copy(update={"trigger": EventTrigger(expect={first, second})})
    there = Automation(**{**dict(declared), "id": UUID(int=2), "trigger": EventTrigger(expect={second, first})})
    assert declared.model_dump(mode="json") != there.model_dump(mode="json", exclude={"id"})
    assert automations.is_same(declared, there)
    there.trigger = EventTrigger(expect={first})
    assert not automations.is_same(declared, there)


@pytest.mark.parametrize(
    ("text", "before", "after", "said"),
    [
        (LATE, "posture:", "postur:", "unknown key 'postur' in trigger"),
        (LATE, "description:", "descripton:", "unknown key 'descripton'"),
        (LATE, "deployment:", "deploymnt:", "unknown key 'deploymnt' in action run-deployment"),
        (LATE, "run-deployment", "run-deploymnt", "unknown type of action 'run-deploymnt'"),
        (LATE, "within: 90000", "within: 5", "10 seconds"),
        (LATE, "within: 90000", "within: soon", "trigger"),
        (LATE, "evidence: late", "late", "does not begin with"),
        (LATE, "actions:", "actons:", "missing key 'actions'"),
        (NOTIFICATION, "{{ event.payload.run }}", "{{ event.payload.run }", "actions"),
    ],
)
def test_what_prefect_would_not_take_or_drop_is_refused(tmp_path: Path, text: str, before: str, after: str, said: str) -> None:
    assert before in text
    (tmp_path / "one.yaml").write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(EvidenceError) as error:
        automations.declared(tmp_path)
    assert error.value.code == "automation.invalid"
    assert said in error.value.found
    assert "one.yaml" in error.value.where


def test_one_name_in_two_files_is_refused(tmp_path: Path) -> None:
    for name in ("one.yaml", "two.yaml"):
        (tmp_path / name).write_text(LATE, encoding="utf-8")
    with pytest.raises(EvidenceError, match="two files"):
        automations.declared(tmp_path)


def test_another_address_is_another_state_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVIDENCE_PREFECT_WEBHOOK", raising=False)
    before = automations.fingerprint()
    monkeypatch.setenv("EVIDENCE_PREFECT_WEBHOOK", "https://example.org/hook")
    assert automations.fingerprint() != before


@pytest.mark.parametrize(
    ("setting", "address", "good"),
    [
        ("EVIDENCE_PREFECT_NOTIFY", "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX", True),
        ("EVIDENCE_PREFECT_NOTIFY", "mailtos://user:secret@mail.example.gov.uk", True),
        ("EVIDENCE_PREFECT_NOTIFY", "https://hooks.slack.com/services/secret", False),
        ("EVIDENCE_PREFECT_NOTIFY", "secret", False),
        ("EVIDENCE_PREFECT_WEBHOOK", "https://events.example.gov.uk/evidence", True),
        ("EVIDENCE_PREFECT_WEBHOOK", "events.example.gov.uk/secret", False),
    ],
)
def test_an_address_that_nothing_can_be_sent_to_is_refused_and_not_shown(setting: str, address: str, good: bool) -> None:
    if good:
        automations._refuse_no_address(setting, address)
        return
    with pytest.raises(EvidenceError) as refused:
        automations._refuse_no_address(setting, address)
    assert refused.value.where == setting and "secret" not in str(refused.value)
