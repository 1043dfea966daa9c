"""Part of a census dataset by a filter of the ONS API: ask for it, hand it in, wait until its CSV is made.

Refuses to wait without end, and an output that the service itself calls failed.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from expectations.errors import EvidenceError
from expectations.sources import OnsFilter
from tasks.fetch import ons_api_csv
from tasks.fetch.answers import one_line
from tasks.fetch.ons_api_calls import Api
from tasks.fetch.ons_api_versions import Version
from tasks.snapshot import Fetched

PATIENCE = 300.0  # seconds until the output must be there
PAUSE = 2.0  # seconds between two looks
_OF_AN_OUTPUT = frozenset(["downloads", "state", "events", "published"])


def fetch(wanted: OnsFilter, version: Version, api: Api, labels: Mapping[str, str], max_bytes: int | None) -> Fetched:
    """`data.csv` of the filter. Raises EvidenceError of the area `fetch`."""
    made = api.send("filters", body_of(wanted, version), "filter")
    submitted = api.send(f"filters/{_id(made, 'filter_id', api)}/submit", {}, "filter")
    output = _id(submitted, "filter_output_id", api)
    return ons_api_csv.fetch(_completed(output, api), api.at(f"filter-outputs/{output}"), api, labels, max_bytes)


def body_of(wanted: OnsFilter, version: Version) -> dict[str, Any]:
    """The request, as the API's documentation prints it. Raises fetch.protocol where the dataset names no population."""
    based_on = version.about.get("is_based_on")
    population = based_on.get("@id") if isinstance(based_on, Mapping) else None
    if not population:
        raise EvidenceError("fetch.protocol", where=version.path, expected="is_based_on with the population", found=str(based_on)[:120])
    area: dict[str, Any] = {"name": wanted.area_type, "is_area_type": True, "options": list(wanted.areas)}
    others = [{"name": name, **({"options": list(options)} if options else {})} for name, options in wanted.dimensions.items()]
    dataset = {"id": version.dataset, "edition": version.edition, "version": version.number}
    return {"dataset": dataset, "population_type": population, "dimensions": [area, *others]}


def _id(answer: Mapping[str, Any], key: str, api: Api) -> str:
    found = str(answer.get(key) or "")
    if not found or not all(sign.isalnum() or sign == "-" for sign in found):
        raise EvidenceError("fetch.protocol", where=api.at("filters"), expected=f"a {key}", found=str(answer)[:160])
    return found


def _completed(output: str, api: Api) -> Mapping[str, Any]:
    """The output once its CSV has an address. The census's own answers have no `state`; where there is one, it must not say failed."""
    until = time.monotonic() + PATIENCE
    while True:
        answer = api.one(f"filter-outputs/{output}", "filter-output")
        downloads = answer.get("downloads")
        made = downloads.get("csv") if isinstance(downloads, Mapping) else None
        if isinstance(made, Mapping) and made.get("href"):
            return answer
        if not _OF_AN_OUTPUT & set(answer):
            found = ", ".join(answer) or "an empty object"
            raise EvidenceError("fetch.protocol", where=api.at(f"filter-outputs/{output}"), expected="a filter's output", found=found)
        failed = [event for event in answer.get("events") or () if "error" in str(event).casefold()]
        if answer.get("state") == "failed" or failed:
            raise EvidenceError(
                "fetch.server_error",
                where=api.at(f"filter-outputs/{output}"),
                expected="the filter's output",
                found=one_line(str(failed or answer.get("state")), 160),
            )
        if time.monotonic() + PAUSE > until:
            raise EvidenceError(
                "fetch.timeout", where=api.at(f"filter-outputs/{output}"), expected=f"a CSV within {PATIENCE:.0f} s", found="none yet"
            )
        time.sleep(PAUSE)
