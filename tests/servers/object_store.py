"""An object store: moto's server, which answers as Amazon S3 does, with nothing in it. What is put there goes over its own HTTP interface."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import requests

from tests.servers.programs import Program

_LISTENING = re.compile(r"Running on http://(127\.0\.0\.1:\d+)")
_SIGNED = "AWS4-HMAC-SHA256 Credential=owner/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=none"


@dataclass(frozen=True)
class ObjectStore:
    """A running store. `host` is its address without a scheme, as `endpoint_override` takes it."""

    host: str
    program: Program

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    def path(self, place: str, **options: str) -> str:
        """The path of a declaration for a bucket and prefix of this store."""
        told = {"endpoint_override": self.host, "scheme": "http", "region": "us-east-1", **options}
        return f"s3://{place}?{'&'.join(f'{name}={value}' for name, value in told.items())}"

    def put(self, key: str, content: bytes) -> None:
        """Write one object; its bucket is made where there is none."""
        answer = requests.put(f"{self.url}/{key}", data=content, headers=_as_owner("s3"), timeout=60)
        if answer.status_code == 404:
            requests.put(f"{self.url}/{key.partition('/')[0]}", headers=_as_owner("s3"), timeout=60).raise_for_status()
            answer = requests.put(f"{self.url}/{key}", data=content, headers=_as_owner("s3"), timeout=60)
        answer.raise_for_status()

    def remove(self, key: str) -> None:
        requests.delete(f"{self.url}/{key}", headers=_as_owner("s3"), timeout=60).raise_for_status()

    def asked(self, wanted: str) -> int:
        """How many requests of the log begin so: 'GET /inbox/survey'."""
        return self.program.log().count(f'"{wanted}')

    @contextmanager
    def guarded(self) -> Iterator[str]:
        """While the block runs, only what is signed by a known key is let in. Gives the id of one; its secret is nobody's.

        moto works out the signatures of Arrow's client otherwise than the client does, so that a right one cannot be shown to be let in.
        """
        self._iam("CreateUser", UserName="reader")
        key = re.search("<AccessKeyId>([^<]+)<", self._iam("CreateAccessKey", UserName="reader"))
        assert key is not None
        requests.post(f"{self.url}/moto-api/reset-auth", data=b"0", timeout=60).raise_for_status()
        try:
            yield key[1]
        finally:
            requests.post(f"{self.url}/moto-api/reset-auth", data=b"inf", timeout=60).raise_for_status()

    def _iam(self, action: str, **arguments: str) -> str:
        asked = {"Action": action, "Version": "2010-05-08", **arguments}
        answer = requests.post(self.url, data=asked, headers=_as_owner("iam"), timeout=60)
        answer.raise_for_status()
        return answer.text


@contextmanager
def object_store(installed: Path) -> Iterator[ObjectStore]:
    """moto as it is installed in this folder, without a bucket."""
    with TemporaryDirectory(prefix="objects-") as made:
        command: list[str | Path] = [installed / "bin" / "moto_server", "-H", "127.0.0.1", "-p", "0"]
        with Program("moto", command, Path(made)) as program:
            program.wait_until(lambda: _LISTENING.search(program.log()) is not None)
            at = _LISTENING.search(program.log())
            assert at is not None  # that is what was waited for
            yield ObjectStore(at[1], program)


def _as_owner(service: str) -> dict[str, str]:
    """The header by which moto tells whose request it is and of which service; nothing is held against the signature until it is told to."""
    return {"Authorization": _SIGNED.format(service=service)}
