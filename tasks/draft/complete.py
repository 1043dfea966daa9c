"""What an address does not say of its source: which file of several, the names that the service prints, its title, publisher and licence.

Refuses to choose for a person: of several files that could be meant, all are named, and `part` says which (text or a regular expression).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from expectations.errors import EvidenceError
from expectations.sources import Common
from expectations.sources.address import TO_BE_FOUND, plain_name
from expectations.sources.ckan import Ckan
from expectations.sources.ees import Ees
from expectations.sources.ees_files import EesFiles
from expectations.sources.explore_local_statistics import ExploreLocalStatistics
from expectations.sources.feature_server import FeatureServer
from expectations.sources.fingertips import Fingertips
from expectations.sources.folder import Folder
from expectations.sources.nomis import Nomis, NomisAreas
from expectations.sources.ons_api import OnsApi
from expectations.sources.ons_website import OnsFile, OnsWebsite
from expectations.sources.opendatasoft import Opendatasoft
from expectations.sources.plain_file import ENDINGS, GOV_UK, FileItem, PlainFile
from tasks.draft.words import humanised, licence_of
from tasks.fetch import SERVICES
from tasks.fetch.http import Http
from tasks.fetch.parts import discard, document

PREFERRED = ("csv", "tsv", "xlsx", "ods", "xls", "geojson", "json", "parquet", "zip", "txt")  # of one table in several forms
OPEN_GOVERNMENT = "OGL-UK-3.0"
_ONS, _DFE = "Office for National Statistics", "Department for Education"
_SAID = 8


@dataclass(frozen=True)
class About:
    """What the service says of the table. Each is '' where it says nothing."""

    title: str = ""
    description: str = ""
    publisher: str = ""
    licence: str = ""  # by its SPDX name


def complete(source: Common, part: str, http: Http) -> tuple[Common, About]:
    """The source with all its arguments, and what its service says. Raises `draft.several_parts`, `draft.incomplete`, errors of the area `fetch`."""
    known = _KNOWN.get(type(source))
    if known:
        return known(source, part, http)
    organisation = {"gias": _DFE, "performance_tables": _DFE, "police": "Home Office"}.get(str(getattr(source, "kind", "")), "")
    named = str(getattr(source, "table", "") or next(iter(getattr(source, "extracts", [])), "") or getattr(source, "category", ""))
    return source, About(humanised(named), "", organisation, OPEN_GOVERNMENT if organisation else "")


def one_of(names: Sequence[str], part: str, where: str) -> str:
    """The one name that is meant: the only one, or the only one that `part` is or fits."""
    fitting = [name for name in names if name == part] or [name for name in names if not part or re.search(part, name, re.IGNORECASE)]
    if len(set(fitting)) == 1:
        return fitting[0]
    shown = "; ".join(repr(name) for name in (fitting or names)[:_SAID]) or "none"
    more = f" and {len(fitting or names) - _SAID} more" if len(fitting or names) > _SAID else ""
    raise EvidenceError("draft.several_parts", where=where, expected="one file, or --part to say which", found=shown + more)


def of_preferred_form(names: Sequence[str]) -> list[str]:
    """Of files in several forms those of the form that reads best: one table is often offered as csv, xlsx and pdf."""
    endings = {name: name.rpartition(".")[2].lower() for name in names}
    form = next((form for form in PREFERRED if form in endings.values()), "")
    return [name for name, ending in endings.items() if ending == form]


def whatever_numbers(name: str) -> str:
    """A pattern that the same name fits with other numbers in it: the next release has another date."""
    return re.sub(r"[0-9]+", "[0-9]+", re.escape(name).replace(r"\ ", " ").replace(r"\-", "-"))


# -- portals -------------------------------------------------------------------------------------------------------------------------


def _ckan(source: Ckan, part: str, http: Http) -> tuple[Common, About]:
    from tasks.fetch.ckan_catalogue import packages, resources

    package = packages(source, http)[0]
    listed = [each for each in package.get("resources") or [] if isinstance(each, Mapping)]
    if source.resources:
        named = next((str(each.get("name") or "") for each in listed if str(each.get("id")) == source.resources), "")
        if named and not any(source.resources in str(each.get("url")) for each in listed):
            source = source.model_copy(update={"resources": f"^{re.escape(named)}$"})
    elif part:
        source = source.model_copy(update={"resources": part})
    found, _ = resources(source, [package])
    form = next((form for form in PREFERRED if any(each.form == form for each in found)), "")
    source = source.model_copy(update={"formats": [form]}) if form and any(each.form != form for each in found) else source
    titles = [each.title or each.part for each in found if not form or each.form == form]
    if len(titles) > 1 and not part:
        one_of(titles, "", f"{source.site}/dataset/{source.packages[0]}")  # raises, with the names
    organisation = package.get("organization")
    publisher = str(organisation.get("title") or "") if isinstance(organisation, Mapping) else ""
    licence = licence_of(f"{package.get('license_id') or ''} {package.get('license_title') or ''}")
    return source, About(str(package.get("title") or source.packages[0]), str(package.get("notes") or ""), publisher, licence)


def _opendatasoft(source: Opendatasoft, part: str, http: Http) -> tuple[Common, About]:
    answer = document(http, f"{source.site}/api/explore/v2.1/catalog/datasets/{source.dataset}", "dataset", {"lang": "en"})
    said = _inside(_inside(answer, "metas"), "default")
    licence = licence_of(f"{said.get('license') or ''} {said.get('license_url') or ''}")
    return source, About(_said(said, "title"), _said(said, "description"), _said(said, "publisher"), licence)


def _feature_server(source: FeatureServer, part: str, http: Http) -> tuple[Common, About]:
    answer = document(http, f"{source.url}/{source.service}/FeatureServer/{source.layer or 0}", "layer", {"f": "json"})
    said = f"{_said(answer, 'copyrightText')} {_said(answer, 'description')}"
    publisher = _ONS if "ESMARspQHYMw9BZ9" in source.url else ""  # the folder of the Open Geography Portal
    title = humanised(_said(answer, "name") or str(source.service))
    return source, About(title, "", publisher, licence_of(said) or (OPEN_GOVERNMENT if publisher else ""))


# -- services of statistics ----------------------------------------------------------------------------------------------------------


def _nomis(source: Nomis, part: str, http: Http) -> tuple[Common, About]:
    from tasks.fetch.nomis_codes import Metadata, codes, describe

    metadata, dataset = Metadata(source.url, http), str(source.dataset)
    table = describe(metadata, dataset)
    asked = [code for areas in source.geography or [] for code in areas.codes]
    if asked == [TO_BE_FOUND]:
        raise EvidenceError("draft.incomplete", where=dataset, expected="an address with `geography=`", found="none", todo=_NOMIS_HOW)
    bare = [code for code in asked if "TYPE" not in code.upper()]
    geography = [NomisAreas(codes=bare)] if bare else []
    if len(bare) < len(asked):
        kinds = {each.value.upper().removeprefix("TYPE"): each.name for each in codes(metadata, dataset, "geography/TYPE")}
        parted = [code.upper().partition("TYPE") for code in asked if code not in bare]
        geography += [NomisAreas(type=kinds.get(number, number), within=within or None) for within, _, number in parted]
    given = {name.upper(): _category_codes(value) for name, value in (source.dimensions or {}).items()}
    update = {"expect_name": table.name, "geography": geography, "dimensions": {c: given.get(c, "all") for c in table.concepts}}
    return source.model_copy(update=update), About(table.name.capitalize(), "", _ONS, OPEN_GOVERNMENT)


_NOMIS_HOW = "On nomisweb.co.uk choose the areas and categories, then copy the address of `Nomis API` at the end of the query."


def _category_codes(value: Any) -> Any:
    """Codes as the API prints them: '1', '3...5' -> 1, 3, 4, 5."""
    numbers: list[str | int] = []
    for each in value if isinstance(value, list) else [value]:
        first, dots, last = str(each).partition("...")
        if first.isdigit() and (last.isdigit() or not dots):
            numbers += range(int(first), int(last or first) + 1)
        else:
            numbers.append(str(each))
    return numbers


def _ons_api(source: OnsApi, part: str, http: Http) -> tuple[Common, About]:
    if source.dataset is None:
        return source, About("Census table made to measure", "", _ONS, OPEN_GOVERNMENT)
    answer = document(http, f"{source.url}/datasets/{source.dataset}", "dataset")
    return source, About(_said(answer, "title"), _said(answer, "description"), _ONS, OPEN_GOVERNMENT)


def _ons_website(source: OnsWebsite, part: str, http: Http) -> tuple[Common, About]:
    from tasks.fetch.ons_website_page import editions

    found, _ = editions(source, http)
    item = source.files[0]
    title = About(humanised(source.page.rpartition("/")[2]), "", _ONS, OPEN_GOVERNMENT)
    if item.match != TO_BE_FOUND:
        return source, title
    names = [listed.name for listed in found[-1].files]
    chosen = one_of(of_preferred_form(names) if not part else names, part, source.page)
    file = OnsFile(name=plain_name(re.sub(r"[0-9]+", "", chosen)), match=f"^{whatever_numbers(chosen)}$")
    return source.model_copy(update={"files": [file]}), title


def _local_statistics(source: ExploreLocalStatistics, part: str, http: Http) -> tuple[Common, About]:
    return source, About(humanised(" and ".join(source.indicators[:2])), "", _ONS, OPEN_GOVERNMENT)


def _ees(source: Ees, part: str, http: Http) -> tuple[Common, About]:
    from tasks.fetch.ees_api import one

    if source.data_set:
        answer = one(http, f"{SERVICES['ees']}/data-sets/{source.data_set}", "data-set")
        return source, About(_said(answer, "title"), _said(answer, "summary"), _DFE, OPEN_GOVERNMENT)
    answer = one(http, f"{SERVICES['ees_content']}/data-set-files/{source.catalogue}", "data-set-file")
    api, publication = _inside(answer, "api"), _inside(_inside(answer, "release"), "publication")
    if _said(api, "id"):  # the id in the API stays, that of the file is another one with each release
        source = source.model_copy(update={"catalogue": None, "data_set": _said(api, "id")})
    elif _said(publication, "title"):
        source = source.model_copy(update={"catalogue": _said(answer, "title"), "publication": _said(publication, "title")})
    return source, About(_said(answer, "title"), _said(answer, "summary"), _DFE, OPEN_GOVERNMENT)


def _ees_files(source: EesFiles, part: str, http: Http) -> tuple[Common, About]:
    from tasks.fetch.ees_files_release import release_of

    release = release_of(source.publication, source.release, http)
    title = one_of([file.title for file in release.files], part, f"{source.publication} {release.slug}")
    return source.model_copy(update={"files": [title]}), About(title, "", _DFE, OPEN_GOVERNMENT)


def _fingertips(source: Fingertips, part: str, http: Http) -> tuple[Common, About]:
    from tasks.fetch.fingertips import area_types_of, listed_indicators

    listed = {indicator.id: indicator.name for indicator in listed_indicators(source, http)}
    missing = [number for number in source.indicators.values() if number not in listed]
    if missing:
        raise EvidenceError("fetch.no_match", where=source.url, expected=f"indicator {', '.join(missing)}", found="none of that number")
    kinds = area_types_of(source, next(iter(source.indicators.values())), http)
    kind = next((each for each in kinds if each not in ("England", "Region") and not each.startswith("Regions")), kinds[-1])
    named = {f"indicator_{number}": listed[number] for number in source.indicators.values()}
    source = source.model_copy(update={"indicators": named, "expect_area_type": kind})
    return source, About(next(iter(named.values())), "", "Office for Health Improvement and Disparities", OPEN_GOVERNMENT)


# -- files and pages -----------------------------------------------------------------------------------------------------------------


def _plain_file(source: PlainFile, part: str, http: Http) -> tuple[Common, About]:
    item = source.files[0]
    if item.url is not None:
        return source, About(humanised(item.name))
    return _gov_uk(source, str(item.page), part, http) if item.attachment else _page(source, str(item.page), part, http)


def _gov_uk(source: PlainFile, page: str, part: str, http: Http) -> tuple[Common, About]:
    path = urlsplit(page).path
    answer = document(http, f"{GOV_UK}/api/content{path}", "page")
    listed = [each for each in _inside(answer, "details").get("attachments") or [] if isinstance(each, Mapping) and each.get("url")]
    files = {_said(each, "filename") or str(each["url"]).rpartition("/")[2]: _said(each, "title") for each in listed}
    tables = [name for name in files if name.rpartition(".")[2].lower() in ENDINGS]
    fitting = [name for name in tables if part and re.search(part, files[name], re.IGNORECASE)]
    chosen = fitting[0] if len(fitting) == 1 else one_of(tables if part else of_preferred_form(tables), part, page)
    organisations = _inside(answer, "links").get("organisations") or []
    publisher = _said(organisations[0], "title") if organisations and isinstance(organisations[0], Mapping) else ""
    name = plain_name(re.sub(r"[0-9]+", "", chosen))
    update = {"files": [FileItem(name=name, page=page, attachment=f"^{whatever_numbers(chosen)}$")]}
    return source.model_copy(update=update), About(_said(answer, "title"), _said(answer, "description"), publisher, OPEN_GOVERNMENT)


def _page(source: PlainFile, page: str, part: str, http: Http) -> tuple[Common, About]:
    """An address whose end names no file: the file itself, or a page that links to it."""
    from tasks.fetch.plain_file import MEDIA, MOST_OF_A_PAGE, links_of

    received = http.get(page, name="page")
    try:
        if received.media_type != "text/html" or received.path is None:
            ending = next((each for each, media in MEDIA.items() if received.media_type == media[0]), "csv")
            item = FileItem(name=f"{source.files[0].name}.{ending}", url=page, media=[received.media_type])
            return source.model_copy(update={"files": [item]}), About(humanised(source.files[0].name))
        with Path(received.path).open("rb") as file:
            links = links_of(file.read(MOST_OF_A_PAGE).decode(received.charset or "utf-8", "replace"), page)
    finally:
        discard([received])
    files = {urlsplit(link.address).path.rpartition("/")[2]: link for link in links}
    tables = [name for name in files if name.rpartition(".")[2].lower() in ENDINGS]
    chosen = one_of(tables if part else of_preferred_form(tables), part, page)
    host = urlsplit(files[chosen].address).hostname or ""
    item = FileItem(name=plain_name(re.sub(r"[0-9]+", "", chosen)), page=page, link=f"/{whatever_numbers(chosen)}$")
    update = {"files": [item], "hosts": [host] if host != urlsplit(page).hostname else []}
    return source.model_copy(update=update), About(humanised(chosen))


def _folder(source: Folder, part: str, http: Http) -> tuple[Common, About]:
    name, folder = re.sub(r"\[(.)\]", r"\1", source.files[0]), Path(source.path).name
    if "*" in name:
        return source, About(humanised(folder))
    return source, About(humanised(name if re.search("[A-Za-z]{3}", name.rpartition(".")[0]) else f"{folder} {name}"))


def _inside(holder: Any, name: str) -> Mapping[str, Any]:
    found = holder.get(name) if isinstance(holder, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _said(holder: Any, name: str) -> str:
    found = holder.get(name) if isinstance(holder, Mapping) else None
    return " ".join(found.split()) if isinstance(found, str) else ""


_Known = Callable[[Any, str, Http], tuple[Common, About]]
_KNOWN: dict[type[Common], _Known] = {
    Ckan: _ckan,
    Opendatasoft: _opendatasoft,
    FeatureServer: _feature_server,
    Nomis: _nomis,
    OnsApi: _ons_api,
    OnsWebsite: _ons_website,
    Ees: _ees,
    EesFiles: _ees_files,
    ExploreLocalStatistics: _local_statistics,
    Fingertips: _fingertips,
    PlainFile: _plain_file,
    Folder: _folder,
}
