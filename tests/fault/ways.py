"""How a kind of source is described to the fault suite: the ways in which it is asked, the requests of each, what its service may answer wrongly.

Holds no case itself (`ways_of_*`) and runs nothing (`world`). A way is a small source with a handful of figures; nothing real is needed, for
what is tried here is what a client makes of a service that fails.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tasks.sample.server import Request, Responder, Response
from tasks.snapshot import Delivery

Serve = Callable[[Path], Mapping[str, Responder]]  # a folder for figures -> the responder of each of the publisher's addresses
Change = Callable[[Response], Response]
ARRIVES = ""  # in place of a code: what was asked for comes all the same


@dataclass(frozen=True)
class Ask:
    """One kind of request that a client makes.

    `url` is the beginning of the publisher's address (`exact`: the whole), `asking` a parameter that the question must have. `form` is what
    should come: json, csv, zip or html. `cap` names the constant that bounds the answer, where that is not the setting for all. `differs`
    holds the outcome of a fault where it is not the usual one: a code, or ARRIVES; `where` what an error must name in place of `url`.
    """

    name: str
    url: str
    form: str
    asking: str = ""
    method: str = ""
    exact: bool = False
    cap: str = ""
    where: str = ""
    differs: Mapping[str, str] = field(default_factory=dict)

    def fits(self, request: Request, path: str) -> bool:
        """Whether a request is of this form; `path` is where the server has `url`."""
        there = request.path == path if self.exact else request.path.startswith(path)
        return there and (not self.asking or self.asking in request.query) and self.method in ("", request.method)


@dataclass(frozen=True)
class Wrong:
    """One documented error: an answer of the service that is spoilt, or a question that it cannot answer, and the code that must follow."""

    title: str
    code: str
    ask: str = ""  # the name of the request whose answer is spoilt
    change: Change | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    says: str = ""  # what the error must have found


@dataclass(frozen=True)
class Paging:
    """A list that comes in pages. `constant` is the most that the client asks for at once, `promised` its value as the service states it.

    `serve` makes a service that holds so many and gives `limit` a page; `rows` counts what of them was delivered.
    """

    name: str
    constant: str
    promised: int
    ask: Ask
    serve: Callable[[Path, int], Mapping[str, Responder]]
    rows: Callable[[Delivery], int] | None
    arguments: Callable[[int], Mapping[str, Any]] = lambda count: {}
    limit: int = 3
    beside: int = 0  # requests of the same form that are no page: a count
    without: str = ""  # an environment variable that makes pages larger


@dataclass(frozen=True)
class Way:
    """One way of asking a kind of source. The last of `asks` brings the figures."""

    kind: str
    name: str
    arguments: Mapping[str, Any]
    serve: Serve
    asks: tuple[Ask, ...]
    wrong: tuple[Wrong, ...] = ()
    paging: tuple[Paging, ...] = ()
    unpacks: str = ""  # the member that it takes out of a zip
    always: bool = False  # the service says nothing by which a table that has not changed could be known
    keeps: bool = False  # a file that cannot be had keeps its archived bytes, with a warning
    patched: Mapping[str, Any] = field(default_factory=dict)  # constants of the client that would make a test wait
    elsewhere: str = ""  # the test file that brings about what no answer of a service can

    @property
    def data(self) -> Ask:
        return self.asks[-1]

    def ask(self, name: str) -> Ask:
        return next(ask for ask in self.asks if ask.name == name)


# -- answers, spoilt ---------------------------------------------------------------------------------------------------------------------


def of_json(change: Callable[[Any], Any]) -> Change:
    """The answer with its JSON changed; an error is sent as it is."""

    def changed(response: Response) -> Response:
        if response.status >= 400:
            return response
        return Response(response.status, json.dumps(change(json.loads(response.body))).encode(), response.headers)

    return changed


def of_bytes(change: Callable[[bytes], bytes]) -> Change:
    """The answer with its body changed."""
    return lambda response: Response(response.status, change(response.body), response.headers)


def put(*steps: str | int, value: Any) -> Change:
    """The answer with another value at this place of its JSON."""

    def change(answer: Any) -> Any:
        inner = answer
        for step in steps[:-1]:
            inner = inner[step]
        inner[steps[-1]] = value
        return answer

    return of_json(change)


def says(body: Any, status: int = 200, media_type: str = "application/json") -> Change:
    """Another answer altogether: bytes as they are, anything else as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda _: Response(status, content, {"Content-Type": media_type})


class Fixed:
    """A responder that knows answers by path."""

    def __init__(self, answers: Mapping[str, Response | Callable[[Request], Response]]) -> None:
        self._answers = answers

    def respond(self, request: Request) -> Response | None:
        answer = self._answers.get(request.path)
        return answer(request) if callable(answer) else answer
