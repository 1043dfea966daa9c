"""Every kind of source beside what its service documents: each error under its code, each list whole at the limit of a page and one past it,
and what has not changed not sent again. Over real HTTP on this machine.

A code that a kind's own modules can raise must have its case (`Way.wrong`), and so must every kind.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import tasks.fetch
from expectations.errors import EvidenceError
from tasks import archive
from tests.fault.source_kinds import WAYS
from tests.fault.ways import Ask, Paging, Way, Wrong, of_json
from tests.fault.world import SECRET, World, contents

WRONG = [(way, wrong) for way in WAYS.values() for wrong in way.wrong]
PAGED = [(way, paging) for way in WAYS.values() for paging in way.paging]


@pytest.mark.parametrize(("way", "wrong"), WRONG, ids=[f"{way.name}: {wrong.title}" for way, wrong in WRONG])
def test_a_documented_error_has_its_code_and_says_what_was_found(way: Way, wrong: Wrong, world: World, patched: None) -> None:
    if wrong.change is not None:
        world.answers(way, way.ask(wrong.ask), wrong.change)
    with pytest.raises(EvidenceError) as caught:
        world.fetch(way, arguments=wrong.arguments)
    error = caught.value
    assert error.code == wrong.code, error
    assert wrong.says in error.found, error
    assert error.where and error.expected and error.found and error.todo, repr(error)
    assert SECRET not in str(error)
    assert world.left_behind() == []


@pytest.mark.parametrize("extra", [0, 1])
@pytest.mark.parametrize(("way", "paging"), PAGED, ids=[f"{way.name}: {paging.name}" for way, paging in PAGED])
def test_a_list_comes_whole_at_the_limit_of_a_page_and_one_past_it(
    way: Way, paging: Paging, extra: int, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, _, constant = paging.constant.rpartition(".")
    assert getattr(import_module(module), constant) == paging.promised, "what the service documents"
    monkeypatch.setattr(paging.constant, paging.limit)
    if paging.without:
        monkeypatch.delenv(paging.without)
    count = paging.limit + extra
    with world.serving(paging.serve(tmp_path, count)) as (server, reroute):
        delivery = world.fetch(way, arguments=paging.arguments(count), reroute=reroute)
        address = max((each for each in reroute if paging.ask.url.startswith(each)), key=len)
        path = reroute[address].removeprefix(server.url) + paging.ask.url.removeprefix(address)
        asked = [request for request in server.requests if paging.ask.fits(request, path)]
    assert len(asked) == 1 + extra + paging.beside
    if paging.rows is not None:
        assert paging.rows(delivery) == count


@pytest.mark.parametrize("way", WAYS.values(), ids=list(WAYS))
def test_what_has_not_changed_is_not_sent_again(way: Way, world: World) -> None:
    good = world.good(way)
    delivery = world.fetch(way, good.snapshot)
    assert contents(delivery) == good.contents
    assert delivery.release == good.delivery.release
    assert archive.keep(delivery, good.snapshot.dataset, "again", world.home).id == good.snapshot.id
    if not way.always:
        assert [part.path for part in delivery.parts] == [None] * len(good.contents)
        assert world.left_behind() == []


KEPT = [way for way in WAYS.values() if way.keeps]  # sources of many files; one of a single table fails as a whole


@pytest.mark.parametrize("way", KEPT, ids=[way.name for way in KEPT])
@pytest.mark.parametrize(
    ("fault", "code"), [("server_error", "fetch.server_error"), ("html", "fetch.not_data"), ("reset", "fetch.truncated")]
)
def test_a_file_that_cannot_be_had_keeps_its_archived_bytes(fault: str, code: str, way: Way, world: World) -> None:
    good = world.good(way)
    world.fails(way, way.data, fault)
    delivery = world.fetch(way, good.stale)
    assert contents(delivery) == good.contents
    assert "the archived file stands" in delivery.warnings[0] and code in delivery.warnings[0]


# -- answers of another form -------------------------------------------------------------------------------------------------------------

JSON = [(way, ask) for way in WAYS.values() for ask in way.asks if ask.form == "json"]
STRANGE: tuple[Any, ...] = (None, 7, [], {}, "x", [None], [[]])
PLACES = 3  # of one answer; every place with every value was tried once, by hand


@pytest.mark.parametrize(("way", "ask"), JSON, ids=[f"{way.name}: {ask.name}" for way, ask in JSON])
def test_a_value_of_another_type_anywhere_in_an_answer_is_no_crash(way: Way, ask: Ask, world: World, patched: None) -> None:
    world.good(way)
    seen: list[Any] = []
    world.answers(way, ask, of_json(lambda answer: (seen.append(answer), answer)[1]))  # type: ignore[func-returns-value]
    world.fetch(way)
    places = list(_places(seen[0]))
    for number, place in enumerate(places[:: max(1, len(places) // PLACES)][:PLACES]):
        world.quiet()
        strange = STRANGE[(number + len(places)) % len(STRANGE)]
        world.answers(way, ask, of_json(lambda answer, at=place, value=strange: _with(answer, at, value)))  # type: ignore[misc]
        try:
            world.fetch(way, retries=0)
        except EvidenceError as error:  # any other exception fails this test: `run.unforeseen` tells nobody what to do
            assert error.where and error.found, (place, strange)
            assert world.left_behind() == []


def _places(answer: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place of a JSON answer, of long lists the first two."""
    inner = list(answer.items()) if isinstance(answer, dict) else list(enumerate(answer[:2])) if isinstance(answer, list) else []
    for step, value in inner:
        yield (*at, step)
        yield from _places(value, (*at, step))


def _with(answer: Any, at: tuple[str | int, ...], value: Any) -> Any:
    """The answer with another value at a place, where it has that place."""
    inner = answer
    try:
        for step in at[:-1]:
            inner = inner[step]
        inner[at[-1]] = value
    except (KeyError, IndexError, TypeError):  # the same question may have several answers
        pass
    return answer


# -- every code has its case -------------------------------------------------------------------------------------------------------------

FOLDER = Path(tasks.fetch.__file__).parent
BESIDE = {"feature_server": {"feature_layer"}, "file": {"gov_uk"}}  # modules of one kind that do not bear its name
# What the client itself raises, whatever the kind: the matter of `test_source_faults`.
BY_CLIENT = {f"fetch.{name}" for name in ("timeout", "server_error", "rate_limited", "refused", "empty", "too_large", "gone", "rejected")}


@pytest.mark.parametrize("kind", sorted(tasks.fetch.KINDS))
def test_every_error_that_a_kind_raises_or_documents_is_brought_about(kind: str) -> None:
    ways = [way for way in WAYS.values() if way.kind == kind]
    tried = {wrong.code for way in ways for wrong in way.wrong}
    for way in ways:
        if way.elsewhere:
            tried |= _codes((FOLDER.parent.parent / way.elsewhere).read_text(encoding="utf-8").replace("\\", ""))
    raised, documented = _told(kind)
    assert raised - tried == set()
    assert documented - tried - BY_CLIENT == set()


@pytest.mark.parametrize("kind", sorted(tasks.fetch.KINDS))
def test_what_is_documented_of_a_services_pages_is_what_is_asked_of_it(kind: str) -> None:
    lines = (FOLDER.parent.parent / "docs" / "sources.md").read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| ") and f"(`{kind}`) |" in line]
    assert len(rows) == 1, "each kind of source has its row"
    promised = {f"{paging.promised:,}" for way in WAYS.values() if way.kind == kind for paging in way.paging}
    assert {number for number in promised if not re.search(rf"(?<![\d,]){number}(?!\d|,\d)", rows[0])} == set()


def _told(kind: str) -> tuple[set[str], set[str]]:
    """The codes that a kind's own modules give to an error, and those that their docstrings name."""
    raised: set[str] = set()
    documented: set[str] = set()
    for path in _own(kind):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "EvidenceError" and node.args:
                raised |= _codes(ast.unparse(node.args[0]))
            if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef):
                documented |= _codes(ast.get_docstring(node) or "")
    return raised, documented


def _own(kind: str) -> list[Path]:
    """The modules of one kind: that which is registered, and those whose names begin with its."""
    name = tasks.fetch.KINDS[kind]
    others = {other for other in tasks.fetch.KINDS.values() if other != name and other.startswith(f"{name}_")}
    named = [path for path in FOLDER.glob(f"{name}*.py") if path.stem == name or path.stem.startswith(f"{name}_")]
    own = [path for path in named if not any(path.stem == other or path.stem.startswith(f"{other}_") for other in others)]
    return [*own, *(FOLDER / f"{module}.py" for module in BESIDE.get(kind, ()))]


def _codes(text: str) -> set[str]:
    return set(re.findall(r"\b(?:fetch|read)\.[a-z]+(?:_[a-z]+)*", text))
