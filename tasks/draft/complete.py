"""What an address does not say of its source: which file of several, the names that the service prints, its title, publisher and licence.

Refuses to choose for a person: of several files that could be meant, all are named, and `part` says which (text or a regular expression).
Portals, registers, pages and files are looked up here; services of statistics in `tasks/draft/services`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from expectations.sources import Common
from expectations.sources.address import TO_BE_FOUND, plain_name
from expectations.sources.ckan import Ckan
from expectations.sources.feature_server import FeatureServer
from expectations.sources.folder import EVERY_FILE, Folder
from expectations.sources.gias import Gias
from expectations.sources.opendatasoft import Opendatasoft
from expectations.sources.performance_tables import PerformanceTables
from expectations.sources.plain_file import ENDINGS, GOV_UK, FileItem, PlainFile
from tasks.draft import services
from tasks.draft.about import OPEN_GOVERNMENT, PREFERRED, About, file_of, fits, inside, one_of, said, whatever_numbers
from tasks.draft.words import humanised, licence_of
from tasks.fetch.http import Http
from tasks.fetch.parts import discard, document

_EXTRACTS = {  # what the register of schools calls them on its page of downloads
    "edubasealldata": "Register of schools",
    "edubaseallstatefunded": "Register of state-funded schools",
    "edubaseallacademiesandfree": "Register of academies and free schools",
    "links_edubasealldata": "Predecessors and successors of schools",
    "links_edubaseallstatefunded": "Predecessors and successors of state-funded schools",
    "links_edubaseallacademiesandfree": "Predecessors and successors of academies and free schools",
    "allgroupsdata": "Groups of schools",
    "alllinksdata": "Members of groups of schools",
    "academiesmatmembership": "Academies in trusts",
}
_TABLES = {  # the service's own names of its downloads
    "KS2": "Key stage 2 results of schools",
    "KS4": "Key stage 4 results of schools",
    "KS4PROV": "Key stage 4 provisional results of schools",
    "KS5": "Results of schools after 16",
    "CENSUS": "Pupils of schools",
    "PUPILABSENCE": "Absence of schools",
    "KS4DESTINATION": "Destinations of pupils after key stage 4, by school",
    "KS5DESTINATION": "Destinations of students after 16, by school",
}
_DATED = re.compile(
    r":|,|\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b|[0-9]", re.IGNORECASE
)


def complete(source: Common, part: str, http: Http) -> tuple[Common, About]:
    """The source with all its arguments, and what its service says. Raises `draft.several_parts`, `draft.incomplete`, errors of the area `fetch`."""
    known = _KNOWN.get(type(source)) or services.KNOWN.get(type(source))
    return known(source, part, http) if known else (source, About(left=part))


# -- portals and registers -----------------------------------------------------------------------------------------------------------


def _ckan(source: Ckan, part: str, http: Http) -> tuple[Common, About]:
    from tasks.fetch.ckan_catalogue import packages, resources

    package = packages(source, http)[0]
    listed = [each for each in package.get("resources") or [] if isinstance(each, Mapping)]
    left = ""
    if source.resources:
        named = next((str(each.get("name") or "") for each in listed if str(each.get("id")) == source.resources), "")
        if named and not any(source.resources in str(each.get("url")) for each in listed):
            source = source.model_copy(update={"resources": f"^{re.escape(named)}$"})
        left = part
    elif part and not (len(listed) == 1 and not fits([f"{listed[0].get('name')} {listed[0].get('url')}"], part)):
        source = source.model_copy(update={"resources": part})
    else:
        left = part  # of one resource, it names the sheet or the member
    found, _ = resources(source, [package])
    form = next((form for form in PREFERRED if any(each.form == form for each in found)), "")
    source = source.model_copy(update={"formats": [form]}) if form and any(each.form != form for each in found) else source
    titles = [each.title or each.part for each in found if not form or each.form == form]
    if len(titles) > 1 and not part:
        one_of(titles, "", f"{source.site}/dataset/{source.packages[0]}")  # raises, with the names
    organisation = package.get("organization")
    publisher = str(organisation.get("title") or "") if isinstance(organisation, Mapping) else ""
    licence = licence_of(f"{package.get('license_id') or ''} {package.get('license_title') or ''}")
    return source, About(str(package.get("title") or source.packages[0]), str(package.get("notes") or ""), publisher, licence, left)


def _opendatasoft(source: Opendatasoft, part: str, http: Http) -> tuple[Common, About]:
    answer = document(http, f"{source.site}/api/explore/v2.1/catalog/datasets/{source.dataset}", "dataset", {"lang": "en"})
    told = inside(inside(answer, "metas"), "default")
    licence = licence_of(f"{told.get('license') or ''} {told.get('license_url') or ''}")
    return source, About(said(told, "title"), said(told, "description"), said(told, "publisher"), licence)


def _feature_server(source: FeatureServer, part: str, http: Http) -> tuple[Common, About]:
    answer = document(http, f"{source.url}/{source.service}/FeatureServer/{source.layer or 0}", "layer", {"f": "json"})
    told = f"{said(answer, 'copyrightText')} {said(answer, 'description')}"
    publisher = services.ONS if "ESMARspQHYMw9BZ9" in source.url else ""  # the folder of the Open Geography Portal
    title = humanised(said(answer, "name") or str(source.service))
    return source, About(title, "", publisher, licence_of(told) or (OPEN_GOVERNMENT if publisher else ""))


def _gias(source: Gias, part: str, http: Http) -> tuple[Common, About]:
    return source, About(_EXTRACTS[source.extracts[0]], "", services.DFE, OPEN_GOVERNMENT)


def _performance_tables(source: PerformanceTables, part: str, http: Http) -> tuple[Common, About]:
    return source, About(_TABLES.get(source.table, f"School performance, {source.table}"), "", services.DFE, OPEN_GOVERNMENT)


# -- files and pages -----------------------------------------------------------------------------------------------------------------


def _plain_file(source: PlainFile, part: str, http: Http) -> tuple[Common, About]:
    item = source.files[0]
    if item.url is not None:
        return source, About(humanised(item.name), left=part)
    return _gov_uk(source, str(item.page), part, http) if item.attachment else _page(source, str(item.page), part, http)


def _gov_uk(source: PlainFile, page: str, part: str, http: Http) -> tuple[Common, About]:
    answer = document(http, f"{GOV_UK}/api/content{urlsplit(page).path}", "page")
    edition = ""
    about = answer
    if said(answer, "document_type") == "document_collection" or inside(answer, "links").get("documents"):
        edition, about = _newest_edition(page, http)
    listed = [each for each in inside(about, "details").get("attachments") or [] if isinstance(each, Mapping) and each.get("url")]
    files = {said(each, "filename") or str(each["url"]).rpartition("/")[2]: said(each, "title") for each in listed}
    tables = [name for name in files if name.rpartition(".")[2].lower() in ENDINGS]
    titled = [name for name in tables if part and fits([files[name]], part)]
    chosen, left = (titled[0], "") if len(titled) == 1 else file_of(tables, part, page)
    organisations = inside(answer, "links").get("organisations") or []
    publisher = said(organisations[0], "title") if organisations and isinstance(organisations[0], Mapping) else ""
    name = plain_name(re.sub(r"[0-9]+", "", chosen))
    # Of a collection the file's name tells too little: each edition has a name of its own, and the title stays but for its date.
    wanted = (_undated(files[chosen]) if edition else "") or f"^{whatever_numbers(chosen)}$"
    hosts = sorted({urlsplit(str(each["url"])).hostname or "" for each in listed} - {"", urlsplit(GOV_UK).hostname})
    update = {"files": [FileItem(name=name, page=page, attachment=wanted, edition=edition or None)], "hosts": hosts}
    return source.model_copy(update=update), About(said(answer, "title"), said(answer, "description"), publisher, OPEN_GOVERNMENT, left)


def _newest_edition(page: str, http: Http) -> tuple[str, Any]:
    """Of a collection: the pattern of its editions' titles, and what gov.uk says of the newest edition."""
    from tasks.fetch.gov_uk import newest

    current = newest(page, "", http)
    about = document(http, f"{GOV_UK}/api/content{urlsplit(current).path}", "page")
    return _undated(said(about, "title")) or TO_BE_FOUND, about


def _undated(title: str) -> str:
    """A pattern of what a title says before it comes to its date: that part stays from release to release."""
    stem = _DATED.split(title, maxsplit=1)[0]
    return f"^{re.escape(stem.strip())}".replace(r"\ ", " ").replace(r"\-", "-") if len(stem.split()) > 1 else ""


def _page(source: PlainFile, page: str, part: str, http: Http) -> tuple[Common, About]:
    """An address whose end names no file: the file itself, or a page that links to it."""
    from tasks.fetch.plain_file import MEDIA, MOST_OF_A_PAGE, links_of

    received = http.get(page, name="page")
    try:
        if received.media_type != "text/html" or received.path is None:
            ending = next((each for each, media in MEDIA.items() if received.media_type == media[0]), "csv")
            item = FileItem(name=f"{source.files[0].name}.{ending}", url=page, media=[received.media_type])
            return source.model_copy(update={"files": [item]}), About(humanised(source.files[0].name), left=part)
        with Path(received.path).open("rb") as file:
            links = links_of(file.read(MOST_OF_A_PAGE).decode(received.charset or "utf-8", "replace"), page)
    finally:
        discard([received])
    files = {urlsplit(link.address).path.rpartition("/")[2]: link for link in links}
    tables = [name for name in files if name.rpartition(".")[2].lower() in ENDINGS]
    chosen, left = file_of(tables, part, page)
    host = urlsplit(files[chosen].address).hostname or ""
    item = FileItem(name=plain_name(re.sub(r"[0-9]+", "", chosen)), page=page, link=f"/{whatever_numbers(chosen)}$")
    update = {"files": [item], "hosts": [host] if host != urlsplit(page).hostname else []}
    return source.model_copy(update=update), About(humanised(chosen), left=left)


def _folder(source: Folder, part: str, http: Http) -> tuple[Common, About]:
    """Files of the inbox are named as a declaration names them: below it, and whatever numbers the next one has, where that fits no other now."""
    from tasks.fetch.folder import inbox, names_in

    name, folder = re.sub(r"\[(.)\]", r"\1", source.files[0]), source.path.partition("?")[0].rstrip("/").rpartition("/")[2]
    dropped = "://" in source.path or Path(source.path).is_relative_to(inbox().resolve())
    if name == EVERY_FILE:
        endings = Counter(each.rpartition(".")[2] for each in names_in(source, http) if "." in each)
        name = f"*.{endings.most_common(1)[0][0]}" if endings else name
        source = source.model_copy(update={"files": [name]})
    elif "*" not in name and dropped and re.search("[0-9]", name):
        pattern = re.sub("[0-9]", "[0-9]", source.files[0])
        if [each for each in names_in(source, http) if fnmatch(each, pattern)] == [name]:
            source = source.model_copy(update={"files": [pattern]})
    if dropped and "://" not in source.path:
        source = source.model_copy(update={"path": str(Path(source.path).relative_to(inbox().resolve()))})
    stem = name.rpartition(".")[0]
    title = folder if "*" in name else re.sub(r"[ _-]*[0-9]+", "", name) if dropped else name
    return source, About(humanised(title if "*" in name or re.search("[A-Za-z]{3}", stem) else f"{folder} {name}"), left=part)


_Known = Callable[[Any, str, Http], tuple[Common, About]]
_KNOWN: dict[type[Common], _Known] = {
    Ckan: _ckan,
    Opendatasoft: _opendatasoft,
    FeatureServer: _feature_server,
    Gias: _gias,
    PerformanceTables: _performance_tables,
    PlainFile: _plain_file,
    Folder: _folder,
}
