"""What is owed of every fetch, whatever its protocol: nothing left behind but its parts, no warning lost, and no secret in what it says.

A protocol's module may fail between two pages; it reads catalogues and keeps nothing of them, though one may say that its address will end;
and a service may repeat the question, key and all, in the text of its error. None of this is left to each module's care.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from expectations.errors import EvidenceError
from tasks.fetch.http import Http
from tasks.snapshot import Delivery


def guarded(fetch: Callable[[], Delivery], http: Http) -> Delivery:
    """The delivery of one fetch with this client. Its scratch folder is taken to be this fetch's alone while it lasts.

    Raises what the fetch raises, with the secrets that were sent hidden; what came before the failure is then removed.
    """
    before = _held(http.scratch)
    http.told.clear()
    delivered: set[Path] = set()
    try:
        delivery = fetch()
        delivered = {part.path for part in delivery.parts if part.path is not None}
        unsaid = [told for told in http.told if not any(warning.endswith(told) for warning in delivery.warnings)]
        return replace(delivery, warnings=tuple(http.cleared(warning) for warning in (*delivery.warnings, *unsaid)))
    except EvidenceError as error:
        said = {name: http.cleared(getattr(error, name)) for name in ("where", "expected", "found", "todo")}
        raise replace(error, **said) from error.__cause__
    finally:
        for path in _held(http.scratch) - before - delivered:
            path.unlink(missing_ok=True)


def _held(folder: Path) -> set[Path]:
    """The files of a folder, which may not be there yet."""
    return {path for path in folder.iterdir() if path.is_file()} if folder.is_dir() else set()
