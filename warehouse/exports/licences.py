"""The licences under which datasets are given: name and address of each, and whether anyone may have what is under it.

Refuses nothing: a licence that is not known here stands by its own name, and counts as not open.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from warehouse.exports.contents import Terms


@dataclass(frozen=True)
class Licence:
    """A licence by its SPDX name."""

    name: str
    title: str
    url: str = ""
    open: bool = False


_KNOWN = (
    Licence(
        "OGL-UK-3.0",
        "Open Government Licence v3.0",
        "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
        open=True,
    ),
    Licence("CC-BY-4.0", "Creative Commons Attribution 4.0 International", "https://creativecommons.org/licenses/by/4.0/", open=True),
    Licence("CC0-1.0", "Creative Commons Zero v1.0 Universal", "https://creativecommons.org/publicdomain/zero/1.0/", open=True),
    Licence("ODbL-1.0", "Open Data Commons Open Database License v1.0", "https://opendatacommons.org/licenses/odbl/1-0/", open=True),
    Licence("LicenseRef-council-internal", "For use within the council; not to be passed on"),
)
_BY_NAME = {licence.name: licence for licence in _KNOWN}


def licence_of(name: str) -> Licence:
    """The licence of that name."""
    return _BY_NAME.get(name, Licence(name, name))


def licences_of(terms: Iterable[Terms]) -> list[Licence]:
    """The licences that terms name, each once, in the order of the terms."""
    return list(dict.fromkeys(licence_of(one.licence) for one in terms))


def is_open(terms: Iterable[Terms]) -> bool:
    """Whether everything is under an open licence."""
    return all(licence.open for licence in licences_of(terms))
