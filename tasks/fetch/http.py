"""Polite, bounded HTTP: the one way by which anything of ours asks a publisher for anything.

Refuses clear text, private addresses, hosts that no declaration names, bodies over the cap, and web pages where data was asked for.
Every failure is a coded `EvidenceError`; what may heal (time-outs, resets, short bodies, 408, 425, 429, 500, 502, 503, 504) is asked
again with growing, jittered pauses, or when the service says (`Retry-After`); a POST only where the caller says that repeating it is safe.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urljoin

import requests
from urllib3.exceptions import HTTPError as TransportError
from urllib3.exceptions import MaxRetryError, ReadTimeoutError
from urllib3.util.retry import RequestHistory, Retry

from expectations.errors import EvidenceError
from tasks.fetch import answers, body, safety
from tasks.fetch.answers import Failure
from tasks.fetch.call import Call, Params
from tasks.fetch.limits import Pace
from tasks.fetch.received import HttpSettings, Received
from tasks.fetch.routes import Routes
from tasks.fetch.transport import AddressRefused, failure_to_connect, guarded_adapter
from tasks.snapshot import Validators

__all__ = ["Http", "HttpSettings", "Received"]

ERROR_BODY = 64 << 10  # bytes of an error answer that are read to see what the service says
MOST_REDIRECTS = 8
_ENDED = (requests.exceptions.ChunkedEncodingError, requests.exceptions.ConnectionError, TransportError, ConnectionError)


class Http:
    """A session with one dataset's hosts. `allowed_hosts` are those that redirects and links may lead to, beside the one that was asked.

    `state` is the folder in which all processes of the machine agree on their pace; bodies are written under `scratch`, where the caller
    takes them from. Not to be shared between threads.
    """

    def __init__(
        self, settings: HttpSettings, scratch: Path, allowed_hosts: frozenset[str] = frozenset(), state: Path | None = None
    ) -> None:
        self.settings = settings
        self.scratch = scratch
        self._routes = Routes(frozenset(allowed_hosts), settings.allow_loopback, settings.reroute)
        # This machine's own servers need no politeness, unless someone sets an interval for them.
        self._pace = Pace(settings.interval, {"127.0.0.1": 0.0, "localhost": 0.0, "::1": 0.0, **settings.intervals}, state)
        self._session = requests.Session()
        self._session.headers.update({"User-Agent": settings.user_agent, "Accept-Encoding": "gzip", "Accept": "*/*"})
        self._session.auth = _no_credentials
        self._secrets: set[str] = set()
        self.told: dict[str, None] = {}  # what answers said beside their data, each once and in order; also of those that nobody keeps
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, guarded_adapter(settings.allow_loopback))

    def __enter__(self) -> Http:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._session.close()

    def cleared(self, text: str) -> str:
        """The text with every key hidden that this client has sent: services repeat the question in their errors."""
        return safety.without(text, self._secrets)

    def get(
        self,
        url: str,
        *,
        name: str,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        validators: Validators | None = None,
        media: Sequence[str] | None = None,
        accept: frozenset[int] = frozenset(),
        linked_from: str | None = None,
        max_bytes: int | None = None,
        allow_empty: bool = False,
    ) -> Received:
        """GET into a scratch file.

        `name` names the part in errors and scratch files; `media` the media types that the caller can use; `accept` further statuses that
        are an answer to the caller; `linked_from` the page or catalogue that gave the URL, which then must lead to the same host or one of
        `allowed_hosts`. Raises EvidenceError with a code of the area `fetch`.
        """
        call = Call(
            "GET",
            url if linked_from is None else self._routes.followed_link(url, linked_from),
            name,
            max_bytes if max_bytes is not None else self.settings.max_bytes,
            params=params,
            headers=headers,
            media=media,
            accept=accept,
            repeatable=True,
            validators=validators,
            allow_empty=allow_empty,
        )
        return self._perform(call)

    def post_json(
        self,
        url: str,
        body: Any,
        *,
        name: str,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        media: Sequence[str] | None = ("application/json",),
        accept: frozenset[int] = frozenset(),
        repeatable: bool = False,
        max_bytes: int | None = None,
    ) -> Received:
        """POST a JSON body. It is sent again after a failure only where `repeatable` says that this asks and changes nothing."""
        cap = max_bytes if max_bytes is not None else self.settings.max_bytes
        call = Call("POST", url, name, cap, params, headers, body, media, accept, repeatable)
        return self._perform(call)

    # -- one call: attempts until one is good ------------------------------------------------------------------------------------------

    def _perform(self, call: Call) -> Received:
        settings = self.settings
        self._secrets |= call.secrets
        deadline = time.monotonic() + settings.total_timeout
        retry = Retry(
            total=settings.retries,
            allowed_methods=None,
            backoff_factor=settings.backoff,
            backoff_max=settings.backoff_most,
            backoff_jitter=settings.jitter,
            # urllib3 does not pause before the first repetition, unless it takes it for the second; a service in trouble needs the pause.
            history=(RequestHistory(call.method, call.url, None, None, None),),
        )
        attempts = 0
        while True:
            attempts += 1
            try:
                received = self._attempt(call, deadline, attempts)
                if received.size == 0 and not received.not_modified and not call.allow_empty:
                    _discard(received)
                    raise Failure("fetch.empty", f"HTTP {received.status} with a body of no bytes", "data", retry=True)
                return received
            except Failure as failure:
                last = failure
            if last.wait is not None:
                self._pace.hold_off(safety.host_of(self._routes.address(call.url)), last.wait)
            if not last.retry or not call.repeatable:
                self._give_up(call, last, attempts)
            try:
                retry = retry.increment(method=call.method, url=call.url, error=TransportError(last.found))
            except MaxRetryError:
                self._give_up(call, last, attempts)
            pause = last.wait if last.wait is not None else retry.get_backoff_time()
            if pause > settings.retry_after_most or time.monotonic() + pause > deadline:
                self._give_up(call, last, attempts)
            time.sleep(pause)

    def _give_up(self, call: Call, failure: Failure, attempts: int) -> NoReturn:
        tries = f" (after {attempts} attempts)" if attempts > 1 else ""
        where = f"{call.method} {safety.redacted_url(call.prepared_url)}"
        found = self.cleared(failure.found) + tries
        raise EvidenceError(failure.code, where=where, expected=failure.expected, found=found, todo=failure.todo) from None

    # -- one attempt: a request and its redirects --------------------------------------------------------------------------------------

    def _attempt(self, call: Call, deadline: float, attempts: int) -> Received:
        asked = call.prepared_url
        url = self._routes.address(asked)
        headers, method, content = call.all_headers, call.method, call.content
        through_login = False
        for _ in range(MOST_REDIRECTS + 1):
            self._routes.may_ask(url)
            response = self._send(method, url, headers, content, deadline)
            with response:
                target = response.headers.get("location") if response.is_redirect else None
                if target is None:
                    return self._received(call, response, asked, url, through_login, deadline, attempts)
                following = urljoin(url, target)
                self._routes.may_follow(following, url, method, response.status_code)
            through_login = through_login or safety.looks_like_login(following)
            headers = self._routes.headers_for(following, url, headers)
            url = following
        raise Failure(
            "fetch.redirected",
            f"more than {MOST_REDIRECTS} redirects, the last to {safety.redacted_url(url)}",
            "an address that leads to data",
        )

    def _send(self, method: str, url: str, headers: Mapping[str, str], content: bytes | None, deadline: float) -> requests.Response:
        host = safety.host_of(url)
        left = deadline - time.monotonic()
        if left <= 0:
            raise Failure("fetch.timeout", "no time left to ask", f"an answer within {self.settings.total_timeout:.0f} s")
        patience = min(left, self.settings.retry_after_most)
        if self._pace.wait(host, patience) < 0:
            found = f"a turn later than in {patience:.0f} s: {host} asked for a pause, or too many of this machine's processes wait for it"
            raise Failure("fetch.rate_limited", found, f"a turn to ask {host}")
        # An empty proxy, not none: a proxy of the environment cannot reach the loopback of this machine.
        proxies = {"http": "", "https": ""} if safety.is_loopback(host) else {}
        left = max(0.05, deadline - time.monotonic())
        timeout = (min(self.settings.connect_timeout, left), min(self.settings.read_timeout, left))
        try:
            prepared = self._session.prepare_request(requests.Request(method, url, headers=dict(headers), data=content))
            environment = self._session.merge_environment_settings(prepared.url, proxies, True, None, None)
            return self._session.send(prepared, allow_redirects=False, timeout=timeout, **environment)
        except (requests.exceptions.RequestException, AddressRefused, OSError, ValueError) as error:
            raise failure_to_connect(error, host, timeout) from None

    def _received(
        self, call: Call, response: requests.Response, asked: str, final: str, through_login: bool, deadline: float, attempts: int
    ) -> Received:
        status, headers = response.status_code, {name.lower(): value for name, value in response.headers.items()}
        if status == 304 and call.conditional:
            stored: body.Body | None = None
        else:
            good = status == 200 or status in call.accept
            if status == 204:
                raise Failure("fetch.empty", "HTTP 204, which means no content", "data")
            if not good and status < 400:
                raise Failure("fetch.protocol", f"HTTP {status}", "HTTP 200")
            if not good:
                raise answers.failure_of_status(status, headers, self._error_body(response, headers, call.name, deadline))
            stored = self._body(call, response, headers, deadline)
        kind, _, _ = headers.get("content-type", "").partition(";")
        media_type = kind.strip().lower()
        warnings = [*answers.service_warnings(headers)]
        if stored is not None and status < 300:
            wrong = answers.failure_of_content(stored.head, media_type, call.media, through_login) if stored.size else None
            if wrong:
                stored.path.unlink(missing_ok=True)
                raise wrong
            warnings += [answers.unannounced(media_type, call.media)] if stored.size else []
            warnings += ["the body was gzip that no header announced; it was unpacked"] if stored.unpacked else []
        self.told.update(dict.fromkeys(warning for warning in warnings if warning))
        return Received(
            url=safety.redacted_url(asked),
            final_url=safety.redacted_url(final),
            status=status,
            headers={
                name: safety.redacted_url(value) if name == "link" else value for name, value in answers.kept_headers(headers).items()
            },
            path=stored.path if stored else None,
            sha256=stored.sha256 if stored else "",
            size=stored.size if stored else 0,
            media_type=media_type,
            charset=answers.charset_of(headers.get("content-type", "")),
            fetched_at=datetime.now(UTC).isoformat(timespec="seconds"),
            attempts=attempts,
            not_modified=stored is None,
            request=call.record,
            warnings=tuple(warning for warning in warnings if warning),
            max_json_bytes=self.settings.max_json_bytes,
        )

    def _body(self, call: Call, response: requests.Response, headers: Mapping[str, str], deadline: float) -> body.Body:
        try:
            return body.stream(response.raw, headers, self.scratch, call.name, call.max_bytes, deadline)
        except (ReadTimeoutError, requests.exceptions.Timeout, TimeoutError):
            raise Failure(
                "fetch.timeout", f"nothing for {self.settings.read_timeout:g} s within the body", "the rest of the body", retry=True
            ) from None
        except _ENDED as error:
            raise Failure(
                "fetch.truncated", f"the connection ended within the body ({type(error).__name__})", _whole(headers), retry=True
            ) from None

    def _error_body(self, response: requests.Response, headers: Mapping[str, str], name: str, deadline: float) -> bytes:
        """The head of an error answer; b'' where even that fails, for the status says enough."""
        try:
            stored = body.stream(response.raw, headers, self.scratch, f"{name}-error", ERROR_BODY, deadline)
        except (Failure, OSError, *_ENDED):
            return b""
        stored.path.unlink(missing_ok=True)
        return stored.head


def _no_credentials(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keeps `requests` from sending what a ~/.netrc of the machine holds."""
    return request


def _whole(headers: Mapping[str, str]) -> str:
    announced = headers.get("content-length")
    return f"{announced} bytes, as Content-Length says" if announced else "the end of the body"


def _discard(received: Received) -> None:
    if received.path is not None:
        received.path.unlink(missing_ok=True)
