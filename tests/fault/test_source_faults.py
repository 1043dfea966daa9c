"""Every kind of source under every fault that a service is known to have, over real HTTP on this machine.

What passes leaves no trace; what stays is one coded error that says which address, what was expected and found, and what to do; what is odd and
whole arrives and is told. Nothing is left in the home but what was there before, and no secret is in any message. What a module makes of an answer
is tried on each request of every way of asking (`ways_of_*`); what the client does for all alike, on the figures of the first way of each kind.
The client alone has its tests in `test_http_faults`.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass, field
from typing import Any

import pytest

from expectations.errors import EvidenceError
from expectations.sources import SOURCES
from tasks.sample.faults import Fault
from tasks.snapshot import Delivery
from tests.fault.source_kinds import WAYS
from tests.fault.ways import ARRIVES, Ask, Way
from tests.fault.world import CAP, SECRET, World, contents

ELSEWHERE = f"https://elsewhere.example/x?token={SECRET}"


@dataclass(frozen=True)
class Case:
    """A fault that stays: how to make it, the code that must follow by the form of what was asked for, and whether it is asked again."""

    fault: str
    code: str
    again: bool = False
    given: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    forms: dict[str, str] = field(default_factory=dict)  # form -> code, where it is another
    each: bool = False  # tried on each request of every way, not only on the figures of a kind's first way


def _status(status: int, code: str, again: bool = False, each: bool = False) -> Case:
    return Case("server_error", code, again, {"status": status}, each=each)


LASTING: dict[str, Case] = {
    "no answer in time": Case("stall", "fetch.timeout", True, {"seconds": 0.5}, {"read_timeout": 0.15}),
    "a body that stops": Case("stall_body", "fetch.timeout", True, {"seconds": 0.5}, {"read_timeout": 0.15}),
    "a body that drips": Case("slow", "fetch.timeout", False, {"seconds": 4.0}, {"total_timeout": 0.3}),
    "a reset": Case("reset", "fetch.truncated", True),
    "a short body": Case("short_body", "fetch.truncated", True),
    "chunks without the last": Case("cut_chunks", "fetch.truncated", True),
    "half of gzip": Case("cut_gzip", "fetch.truncated", True),
    "too many requests": Case("too_many", "fetch.rate_limited", True, {"retry_after": "0"}),
    "come back in an hour": Case("too_many", "fetch.rate_limited", False, {"retry_after": "3600"}),
    "500": _status(500, "fetch.server_error", True),
    "502": _status(502, "fetch.server_error", True),
    "503": _status(503, "fetch.server_error", True),
    "400": _status(400, "fetch.rejected"),
    "401": _status(401, "fetch.refused"),
    "403": _status(403, "fetch.refused", each=True),
    "404": _status(404, "fetch.gone", each=True),
    "410": _status(410, "fetch.gone"),
    "a web page": Case("html", "fetch.not_data", forms={"html": "fetch.no_match"}, each=True),
    "a login page": Case("login", "fetch.not_data", each=True),
    "an empty body": Case("empty", "fetch.empty", True, each=True),
    "an error in JSON": Case("json_error", "fetch.not_data", forms={"json": "fetch.protocol"}, each=True),
    "304 unasked": Case("not_modified", "fetch.protocol"),
    "a length over the cap": Case("announced", "fetch.too_large", given={"size": CAP * 1000}),
    "a body over the cap": Case("huge", "fetch.too_large", given={"size": CAP + 1}, each=True),
    "chunks over the cap": Case("endless", "fetch.too_large", given={"size": CAP + 1}),
    "a gzip bomb": Case("bomb", "fetch.too_large", given={"size": CAP * 5}),
    "a redirect to a host not named": Case("redirect", "fetch.redirected", given={"target": ELSEWHERE, "status": 307}),
    "a redirect to a private address": Case(
        "redirect", "fetch.private_address", given={"target": f"http://10.0.0.1/x?token={SECRET}", "status": 307}
    ),
    "a redirect to itself": Case("moved", "fetch.redirected", given={"status": 307}),
    "an error that repeats the question": Case("repeats_the_question", "fetch.rejected", given={"status": 400}),
}
PASSING: dict[str, dict[str, Any]] = {
    "stall": {"seconds": 0.5},
    "stall_body": {"seconds": 0.5},
    "reset": {},
    "short_body": {},
    "cut_chunks": {},
    "cut_gzip": {},
    "half_of_another": {},
    "too_many": {"retry_after": "0"},
    "500": {"status": 500},
    "502": {"status": 502},
    "503": {"status": 503},
    "empty": {},
}
HARMLESS: dict[str, dict[str, Any]] = {
    "slow": {"seconds": 0.06},
    "chunks": {},
    "no_length": {},
    "unannounced_gzip": {},
    "wrong_charset": {"target": "iso-8859-1"},
    "media_type": {"target": "application/x-unheard-of"},
    "deprecated": {},
}
_LOGIN = Fault("html", "/login")
SAID = {"media_type": "x-unheard-of", "deprecated": "deprecated", "unannounced_gzip": "gzip"}
SERVICES = {name: way for name, way in WAYS.items() if way.asks}  # a folder has none
FIRST = {name: way for name, way in SERVICES.items() if name == way.kind}  # one way of each kind, for what the client does for all alike
STAYS = [(fault, way) for fault, case in LASTING.items() for way in (SERVICES if case.each else FIRST).values()]
PASSES = [(fault, way) for fault in PASSING for way in FIRST.values()]
ODD = [(fault, way) for fault in HARMLESS for way in FIRST.values()]
each_service = pytest.mark.parametrize("way", SERVICES.values(), ids=list(SERVICES))
each_way = pytest.mark.parametrize("way", WAYS.values(), ids=list(WAYS))


def _names(pairs: list[tuple[str, Way]]) -> list[str]:
    return [f"{way.name}: {fault}" for fault, way in pairs]


def refused(world: World, way: Way, ask: Ask, code: str, **settings: Any) -> EvidenceError:
    """The fetch fails with this code; what the error says is whole and harmless, and nothing is left in the scratch folder."""
    good = world.good(way)
    with pytest.raises(EvidenceError) as caught:
        world.fetch(way, None if way.keeps else good.stale, **settings)
    error = caught.value
    assert error.code == code, f"{ask.name}: {error}"
    assert error.where and error.expected and error.found and error.todo, f"{ask.name}: {error!r}"
    assert SECRET not in str(error) + repr(error.as_dict()), ask.name
    assert world.left_behind() == [], ask.name
    return error


def test_every_registered_kind_has_its_case() -> None:
    assert {way.kind for way in WAYS.values()} == set(SOURCES)


def arrives(world: World, way: Way, ask: Ask, **settings: Any) -> Delivery:
    """The fetch brings what it brings where nothing fails."""
    delivery = world.fetch(way, None if way.keeps else world.good(way).stale, **settings)
    assert contents(delivery) == world.good(way).contents, ask.name
    return delivery


@each_way
def test_the_good_case_brings_figures_without_a_word_and_leaves_nothing_else(way: Way, world: World) -> None:
    good = world.good(way)
    delivery = world.fetch(way)
    assert contents(delivery) == good.contents and delivery.parts
    assert delivery.warnings == ()
    assert world.left_behind() == sorted(part.path.name for part in delivery.parts if part.path is not None)
    assert all(part.path is not None and part.path.stat().st_size == part.size for part in delivery.parts)
    assert SECRET not in repr(delivery) and SECRET not in repr(good.snapshot)
    assert {ask.name for ask in way.asks if not world.asked(way, ask)} == set()


@pytest.mark.parametrize(("fault", "way"), STAYS, ids=_names(STAYS))
def test_a_fault_that_stays_is_one_coded_error(fault: str, way: Way, world: World, patched: None) -> None:
    case = LASTING[fault]
    world.good(way)
    before = world.kept()
    for ask in way.asks if case.each else way.asks[-1:]:
        world.quiet()
        world.fails(way, ask, case.fault, **case.given)
        if case.fault == "login":
            world.server.inject(_LOGIN)
        code = ask.differs.get(fault, case.forms.get(ask.form, case.code))
        settings = {"hosts": ("10.0.0.1",), **case.settings}
        if code == ARRIVES:
            assert world.fetch(way, **settings).parts, ask.name
            continue
        error = refused(world, way, ask, code, **settings)
        if fault not in ask.differs:
            assert (ask.where or ask.url) in error.where, f"{ask.name}: the publisher's own address is named"
            asked = {"a redirect to itself": 9}.get(fault, 2 if case.again else 1)
            if "read_timeout" not in case.settings:  # a busy machine may not have read the second question when we turn away
                assert len(world.asked(way, ask)) == asked, f"{ask.name}: asked {len(world.asked(way, ask))} times"
            assert ("after 2 attempts" in error.found) is case.again, f"{ask.name}: {error.found}"
    world.quiet()
    assert world.kept() == before, "the home is as it was: what was archived, and nothing half-written"


@pytest.mark.parametrize(("fault", "way"), PASSES, ids=_names(PASSES))
def test_a_fault_that_passes_leaves_no_trace(fault: str, way: Way, world: World, patched: None) -> None:
    good = world.good(way)
    world.fails(way, way.data, "server_error" if fault.isdigit() else fault, times=1, **PASSING[fault])
    delivery = arrives(world, way, way.data, read_timeout=0.2 if fault.startswith("stall") else 5.0)
    assert delivery.warnings == good.delivery.warnings
    assert len(world.asked(way, way.data)) >= 2
    assert len(world.left_behind()) == sum(part.path is not None for part in delivery.parts)


@pytest.mark.parametrize(("fault", "way"), ODD, ids=_names(ODD))
def test_what_is_odd_and_whole_is_taken_and_told(fault: str, way: Way, world: World, patched: None) -> None:
    for ask in way.asks if fault in SAID else way.asks[-1:]:
        world.good(way)
        world.quiet()
        world.fails(way, ask, fault, **HARMLESS[fault])
        if code := ask.differs.get(fault):
            refused(world, way, ask, code)
            continue
        said = " ".join(arrives(world, way, ask).warnings)
        assert SAID.get(fault, "") in said, ask.name
        assert bool(said) is (fault in SAID), ask.name


@each_service
def test_a_redirect_to_a_host_that_the_declaration_names_is_followed(way: Way, world: World) -> None:
    for ask in way.asks:
        world.good(way)
        world.quiet()
        world.fails(way, ask, "moved", times=1, status=307, target=world.server.url.replace("127.0.0.1", "localhost"))
        arrives(world, way, ask, hosts=("localhost",))


@each_service
@pytest.mark.parametrize("cause", ["nobody listens", "no such name", "no route", "no trusted certificate"])
def test_a_service_that_cannot_be_reached_is_one_coded_error(
    cause: str, way: Way, world: World, untrusted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.good(way)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))  # bound and not listening
        place = f"http://127.0.0.1:{silent.getsockname()[1]}"
        if cause in ("no such name", "no route"):
            place = "https://figures.example"
            failure = (
                socket.gaierror(-2, "Name or service not known") if cause == "no such name" else OSError(101, "Network is unreachable")
            )
            monkeypatch.setattr(socket, "getaddrinfo", _raising(failure))
        if cause == "no trusted certificate":
            place = untrusted
        first = way.asks[0]
        code = "fetch.untrusted" if cause == "no trusted certificate" else "fetch.unreachable"
        error = refused(world, way, first, code, reroute=dict.fromkeys(world.reroute(way), place))
    assert ("after 2 attempts" in error.found) is (code == "fetch.unreachable")
    assert world.server.requests == []


@each_service
def test_the_declarations_own_cap_holds_for_what_is_kept_and_says_where_to_raise_it(way: Way, world: World) -> None:
    error = refused(world, way, way.data, "fetch.too_large", arguments={"max_bytes": 40})
    assert "max_bytes" in error.todo


@each_service
def test_a_zip_bomb_is_never_unpacked(way: Way, world: World) -> None:
    world.good(way)
    world.fails(way, way.data, "zip_bomb", target=way.unpacks, size=CAP * 5)
    if way.unpacks:
        assert str(CAP) in refused(world, way, way.data, "read.too_large").expected.replace(",", "")
        return
    try:
        delivery = world.fetch(way)
    except EvidenceError as error:
        assert error.code in ("fetch.not_data", "fetch.protocol", "fetch.truncated"), error
        assert world.left_behind() == []
    else:  # kept as it came: reading holds zips to bounds of its own
        assert max(part.size for part in delivery.parts) < CAP // 5


def _raising(failure: Exception) -> Any:
    def fail(*_: Any, **__: Any) -> Any:
        raise failure

    return fail
