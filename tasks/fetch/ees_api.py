"""What all requests to EES share: single answers, paged lists that prove to be whole, and version numbers.

Refuses a list that ends early or repeats itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from expectations.errors import EvidenceError
from expectations.sources import GUID
from tasks.fetch.http import Http
from tasks.fetch.parts import document

_MOST_PAGES = 500


@dataclass(frozen=True, order=True)
class Version:
    """`major.minor.patch`. Not a decimal number: 3.10 comes after 3.9."""

    major: int
    minor: int = 0
    patch: int = 0

    @classmethod
    def of(cls, text: str) -> Version:
        """Raises fetch.protocol for what is no version."""
        numbers = text.strip().lower().removeprefix("v").split(".")
        if len(numbers) > 3 or not all(number.isdecimal() for number in numbers):
            raise EvidenceError("fetch.protocol", where="a version of EES", expected="major.minor or major.minor.patch", found=repr(text))
        return cls(*(int(number) for number in numbers))

    def fits(self, pattern: str) -> bool:
        """Whether the pattern means this version: `*`, `2.*`, `2.1.*`, or an exact one, where `2.1` means 2.1.0."""
        if not pattern.endswith("*"):
            return self == Version.of(pattern)
        fixed = [int(number) for number in pattern.rstrip("*").strip(".").split(".") if number]
        return [self.major, self.minor, self.patch][: len(fixed)] == fixed


def one(http: Http, url: str, name: str) -> Mapping[str, Any]:
    """A single JSON object."""
    answer = document(http, url, name)
    if not isinstance(answer, Mapping):
        raise EvidenceError("fetch.protocol", where=url, expected="a JSON object", found=type(answer).__name__)
    return answer


def pages(http: Http, url: str, size: int, params: Mapping[str, Any] | None = None, name: str = "list") -> list[Mapping[str, Any]]:
    """All results of a paged list, `size` a page. Raises fetch.protocol, and fetch.truncated where fewer came than the list counts."""
    results: list[Mapping[str, Any]] = []
    for number, (_, page) in enumerate(_each_page(http, url, size, params, name), 1):
        results += page["results"]
        total = page["paging"]["totalResults"]
        if number >= page["paging"]["totalPages"]:
            if len(results) != total:
                raise EvidenceError(
                    "fetch.truncated", where=url, expected=f"{total:,} results", found=f"{len(results):,} on {number} pages"
                )
            return results
    raise EvidenceError("fetch.protocol", where=url, expected=f"at most {_MOST_PAGES} pages", found="more")


def identity(thing: Mapping[str, Any], where: str) -> str:
    """The id of a listed thing, which goes into an address. Raises fetch.protocol where it has none."""
    found = thing.get("id")
    if not isinstance(found, str) or not GUID.match(found):
        raise EvidenceError("fetch.protocol", where=where, expected="an id in each result", found=f"id: {found!r}")
    return found


def checked_page(answer: Any, url: str) -> Mapping[str, Any]:
    """A page as the API documents it: `results`, and `paging` with its totals. Raises fetch.protocol."""
    paging = answer.get("paging") if isinstance(answer, Mapping) else None
    good = isinstance(paging, Mapping) and all(isinstance(paging.get(key), int) for key in ("page", "totalResults", "totalPages"))
    results = answer.get("results") if good else None
    if not isinstance(results, list) or not all(isinstance(item, Mapping) for item in results):
        raise EvidenceError(
            "fetch.protocol",
            where=url,
            expected="`results` of objects, and `paging` with page, totalResults, totalPages",
            found=str(answer)[:200],
        )
    page: Mapping[str, Any] = answer
    return page


def _each_page(http: Http, url: str, size: int, params: Mapping[str, Any] | None, name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number in range(1, _MOST_PAGES + 1):
        answer = document(http, url, name, params={**(params or {}), "page": number, "pageSize": size})
        yield number, checked_page(answer, url)
