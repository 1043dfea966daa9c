"""Prefect automations as code: the YAML files of `flows/automations`, checked offline and applied by name, as often as one likes.

In Prefect's own terms, but for two names in place of ids, which only a server knows: `deployment: flow/deployment` and `block: type/name`. Refuses
a key that Prefect would drop in silence. An automation whose block is not set up is applied switched off, and says so.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import yaml

from expectations.errors import EvidenceError

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.events.schemas.automations import Automation, AutomationCore

FOLDER = Path(__file__).resolve().parent / "automations"
PREFIX = "evidence: "  # of the name of every automation of ours: others on the same server are left alone
# Blocks that are made from a setting: type/name -> the setting that holds the address.
BLOCKS = {"slack-webhook/evidence": "EVIDENCE_PREFECT_NOTIFY", "webhook/evidence": "EVIDENCE_PREFECT_WEBHOOK"}
_NAMED = (("deployment", "deployment_id"), ("block", "block_document_id"))  # a name in our files, an id in Prefect's
_ANY_ID = UUID(int=0)  # stands for an id that only a server gives, where a file is checked
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Declared:
    """One file: an automation in Prefect's terms, with names where ids have to be."""

    path: Path
    content: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.content["name"])


@dataclass(frozen=True)
class Applied:
    """What became of one automation: made, replaced, unchanged or removed; and why it is switched off, '' where it is on."""

    name: str
    done: str
    off: str = ""

    def as_dict(self) -> dict[str, str | bool]:
        return {"name": self.name, "done": self.done, "on": not self.off, "off_because": self.off}


def declared(folder: Path = FOLDER) -> tuple[Declared, ...]:
    """All automations of the folder, checked. Raises `automation.invalid`, naming the file."""
    found = tuple(_read(path) for path in sorted(folder.glob("*.yaml")))
    names = [one.name for one in found]
    for one in found:
        if names.count(one.name) > 1:
            raise EvidenceError("automation.invalid", where=str(one.path), found=f"the name {one.name!r} stands in two files")
    return found


def fingerprint(folder: Path = FOLDER) -> str:
    """Of what a server is to have: the files, and the addresses that its blocks are made from."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.yaml")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    for setting in BLOCKS.values():
        digest.update(os.environ.get(setting, "").encode() + b"\0")
    return digest.hexdigest()


def apply(api: str, tell: Tell = lambda text: None, folder: Path = FOLDER) -> tuple[Applied, ...]:
    """Bring the server at `api` in line with the folder: each automation once, those of ours that have no file removed.

    Raises `automation.invalid`, `server.failed`.
    """
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_API_URL, temporary_settings

    wanted = declared(folder)
    tell(f"Applying {len(wanted)} automations")
    with temporary_settings({PREFECT_API_URL: api}), get_client(sync_client=True) as client:
        _make_blocks()
        done = [_apply_one(one, client) for one in wanted]
        names = {one.name for one in wanted}
        for stored in _ours(client):
            if stored.name not in names:
                client.delete_automation(stored.id)
                done.append(Applied(stored.name, "removed"))
    return tuple(done)


def stored(api: str) -> tuple[dict[str, Any], ...]:
    """The automations of ours that the server at `api` has, for people and programs."""
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_API_URL, temporary_settings

    with temporary_settings({PREFECT_API_URL: api}), get_client(sync_client=True) as client:
        return tuple({"name": one.name, "id": str(one.id), "on": one.enabled, "description": one.description} for one in _ours(client))


def core_of(one: Declared, ids: Callable[[str, str], UUID | None]) -> tuple[AutomationCore, str]:
    """Prefect's own object, and why it is switched off. `ids` gives the id of ('deployment' or 'block', name), None where there is none.

    Raises `automation.invalid`.
    """
    from prefect.events.schemas.automations import AutomationCore
    from pydantic import ValidationError

    actions, missing = [], ""
    for action in one.content["actions"]:
        given = dict(action)
        for key, field in _NAMED:
            if key in given:
                name = given.pop(key)
                given[field] = ids(key, name)
                missing = missing or ("" if given[field] else _why_missing(key, name))
        actions.append(given)
    content: dict[str, Any] = {**one.content, "actions": actions}
    if missing:
        content |= {
            "enabled": False,
            "actions": [{"type": "do-nothing"}],
            "description": f"{content.get('description', '')} Off: {missing}.",
        }
    try:
        return AutomationCore.model_validate(content), missing
    except (ValidationError, TypeError) as error:  # Prefect compares a time span before it looks whether it is one
        first = error.errors()[0] if isinstance(error, ValidationError) else {"loc": ("trigger",), "msg": str(error)}
        found = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise EvidenceError("automation.invalid", where=str(one.path), expected="an automation that Prefect takes", found=found) from error


def is_same(core: AutomationCore, there: Automation) -> bool:
    """Whether the server's automation does what is declared. Compared as objects, not as JSON: a trigger's names are sets, written in any order."""
    return core.model_dump() == there.model_dump(exclude={"id"})


def _read(path: Path) -> Declared:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise EvidenceError("automation.invalid", where=str(path), expected="YAML", found=str(error).splitlines()[0]) from error
    one = Declared(path, content if isinstance(content, dict) else {})
    for problem in _problems(one.content):
        raise EvidenceError("automation.invalid", where=str(path), found=problem, expected="Prefect's own keys")
    core_of(one, lambda kind, name: _ANY_ID)
    _check_as_server_would(one)
    return one


def _problems(content: Mapping[str, Any]) -> Iterator[str]:
    """What Prefect would not say: it drops keys that it does not know."""
    from prefect.events import actions
    from prefect.events.schemas.automations import AutomationCore, EventTrigger

    for name in ("name", "trigger", "actions"):
        if not content.get(name):
            yield f"missing key {name!r}"
            return
    if not str(content["name"]).startswith(PREFIX):
        yield f"the name {content['name']!r} does not begin with {PREFIX!r}, by which ours are known on a shared server"
    yield from (f"unknown key {key!r}" for key in content if key not in AutomationCore.model_fields)
    yield from (f"unknown key {key!r} in trigger" for key in content["trigger"] if key not in EventTrigger.model_fields)
    types = {model.model_fields["type"].default: model for model in vars(actions).values() if _is_action(model)}
    for action in content["actions"]:
        model = types.get(action.get("type"))
        if model is None:
            yield f"unknown type of action {action.get('type')!r}"
            continue
        known = {
            *model.model_fields,
            *(key for key in ("deployment", "block") if f"{key}_id" in model.model_fields or f"{key}_document_id" in model.model_fields),
        }
        yield from (f"unknown key {key!r} in action {action['type']}" for key in action if key not in known)


def _is_action(model: Any) -> bool:
    from prefect.events.actions import Action

    return (
        isinstance(model, type)
        and issubclass(model, Action)
        and model.model_fields["type"].default is not None
        and "type" in model.model_fields
    )


def _check_as_server_would(one: Declared) -> None:
    """The server's own models know more than the client's: they read the templates."""
    from prefect.server.events.schemas.automations import AutomationCreate
    from pydantic import ValidationError

    core, _ = core_of(one, lambda kind, name: _ANY_ID)
    try:
        AutomationCreate.model_validate(core.model_dump(mode="json"))
    except ValidationError as error:
        first = error.errors()[0]
        raise EvidenceError(
            "automation.invalid", where=str(one.path), found=f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        ) from error


def _apply_one(one: Declared, client: SyncPrefectClient) -> Applied:
    core, off = core_of(one, lambda kind, name: _id(kind, name, client))
    before = client.read_automations_by_name(one.name)
    for double in before[1:]:
        client.delete_automation(double.id)
    if not before:
        client.create_automation(core)
        return Applied(one.name, "made", off)
    same = is_same(core, before[0])
    if not same:
        client.update_automation(before[0].id, core)
    return Applied(one.name, "unchanged" if same else "replaced", off)


def _ours(client: SyncPrefectClient) -> list[Automation]:
    return sorted((one for one in client.read_automations() if one.name.startswith(PREFIX)), key=lambda one: one.name)


def _id(kind: str, name: str, client: SyncPrefectClient) -> UUID | None:
    from prefect.exceptions import ObjectNotFound

    try:
        if kind == "deployment":
            return client.read_deployment_by_name(name).id
        slug, block = name.split("/", 1)
        return client.read_block_document_by_name(block, slug).id
    except ObjectNotFound:
        return None


def _why_missing(kind: str, name: str) -> str:
    if kind == "block" and name in BLOCKS:
        return f"{BLOCKS[name]} is not set"
    return f"the server has no {kind} {name}"


def _make_blocks() -> None:
    """Keep the addresses that are set, as blocks of the server. What a person made there by hand stays where no setting says otherwise."""
    from prefect.blocks.notifications import SlackWebhook
    from prefect.blocks.webhook import Webhook

    # Prefect posts a payload as text and says nothing of its kind: receivers that go by the header would not read it.
    kinds: dict[str, Callable[[str], Any]] = {
        "slack-webhook/evidence": lambda url: SlackWebhook(url=url),
        "webhook/evidence": lambda url: Webhook(url=url, headers={"Content-Type": "application/json"}),
    }
    for name, setting in BLOCKS.items():
        if address := os.environ.get(setting):
            _refuse_no_address(setting, address)
            kinds[name](address).save(name.split("/", 1)[1], overwrite=True, _sync=True)


def _refuse_no_address(setting: str, address: str) -> None:
    """Prefect keeps any text as an address, and only its log says later that nothing was sent. The address is a secret: it is not shown."""
    from tasks.alert.channels import is_address

    notifies = setting == "EVIDENCE_PREFECT_NOTIFY"
    good = is_address(address) if notifies else address.startswith(("http://", "https://"))
    if not good:
        expected = "an incoming webhook of Slack, or an address of Apprise (mailtos://…, jsons://…)" if notifies else "https://…"
        raise EvidenceError("automation.invalid", where=setting, expected=expected, found="no such address", todo=f"Correct {setting}.")
