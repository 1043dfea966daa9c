"""Reads a page as a browser would, for the tests: what is where, what is wrong with it, what it would ask of others."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"meta", "input", "br", "link", "hr", "img", "col", "wbr", "source"}
_DRAWN = {"path", "circle", "line", "rect"}  # may close themselves within SVG
_TOLD_APART = ("h1", "style")  # of which the text is asked for by itself
_ADDRESSES = {"href", "src", "srcset", "action", "formaction", "data", "poster", "xlink:href", "background", "ping"}


@dataclass
class Section:
    """A section that has a chart: its heading, what its charts say, how many tables it has."""

    heading: str = ""
    says: list[str] = field(default_factory=list)
    tables: int = 0


@dataclass
class _Table:
    series: str
    head: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


class Page(HTMLParser):
    """One page. `faults` are places where tags do not close in order; `outside` is what would be asked of another machine."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.links: list[str] = []
        self.outside: list[str] = []
        self.handlers: list[str] = []
        self.ids: list[str] = []
        self.language = self.title = self.policy = ""
        self._open: list[str] = []
        self._counted: list[str] = []
        self._texts: dict[str, list[str]] = {}
        self._said: list[str] = []
        self._sections: list[Section] = []
        self._closed: list[Section] = []
        self._tables: list[_Table] = []
        self._cell: list[str] | None = None
        self._in_head = False
        self.feed(text)
        self.close()
        if self._open:
            self.faults.append(f"left open: {self._open}")
        if re.search(r"@import|url\s*\(", " ".join(self._texts.get("style", []))):
            self.outside.append("the style")

    @property
    def text(self) -> str:
        """All that a reader sees, with single spaces."""
        return " ".join(" ".join(self._said).split())

    @property
    def sections_with_charts(self) -> list[Section]:
        return [section for section in self._closed if section.says]

    def of_tag(self, tag: str) -> list[str]:
        return [name for name in self._counted if name == tag]

    def text_of(self, tag: str) -> str:
        return " ".join(" ".join(self._texts.get(tag, [])).split())

    def tables_of(self, series: str) -> list[list[list[str]]]:
        """The bodies of the tables of this series: rows of cells."""
        return [table.rows for table in self._tables if table.series == series]

    def heads_of(self, series: str) -> list[list[str]]:
        return [table.head for table in self._tables if table.series == series]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._counted.append(tag)
        if tag not in _VOID:
            self._open.append(tag)
        self._note_attributes(tag, given)
        match tag:
            case "html":
                self.language = given.get("lang", "")
            case "meta" if given.get("http-equiv") == "Content-Security-Policy":
                self.policy = given.get("content", "")
            case "section":
                self._sections.append(Section())
            case "svg" if self._sections and "chart" in given.get("class", ""):
                self._sections[-1].says.append(given.get("aria-label", "") if given.get("role") == "img" else "")
            case "table":
                self._tables.append(_Table(given.get("data-series", "")))
                for section in self._sections[-1:]:
                    section.tables += 1
            case "thead":
                self._in_head = True
            case "tr" if self._tables and not self._in_head:
                self._tables[-1].rows.append([])
            case "td" | "th":
                self._cell = []

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._counted.append(tag)
        self._note_attributes(tag, {name: value or "" for name, value in attrs})
        if tag not in _DRAWN | _VOID:
            self.faults.append(f"<{tag}/> closes itself")

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1] != tag:
            self.faults.append(f"</{tag}> where {self._open[-1:]} is open, line {self.getpos()[0]}")
        if tag in self._open:
            while self._open.pop() != tag:
                pass
        if tag == "section" and self._sections:
            self._closed.append(self._sections.pop())
        if tag == "thead":
            self._in_head = False
        if tag in ("td", "th") and self._cell is not None and self._tables:
            said = " ".join(" ".join(self._cell).split())
            (self._tables[-1].head if self._in_head else self._tables[-1].rows[-1]).append(said)
            self._cell = None

    def handle_data(self, data: str) -> None:
        inner = self._open[-1] if self._open else ""
        for tag in _TOLD_APART:
            if tag in self._open:
                self._texts.setdefault(tag, []).append(data)
        if inner == "title":
            self.title += data
        if "style" in self._open or "script" in self._open or "title" in self._open:
            return
        self._said.append(data)
        if self._cell is not None:
            self._cell.append(data)
        if self._sections and "h2" in self._open:
            self._sections[-1].heading += data

    def _note_attributes(self, tag: str, given: dict[str, str]) -> None:
        if "id" in given:
            self.ids.append(given["id"])
        self.handlers += [f"{tag} {name}" for name in given if name.startswith("on")]
        if tag in ("link", "img", "iframe", "object", "embed", "base", "form", "use", "image", "video", "audio"):
            self.outside.append(tag)
        for name in _ADDRESSES & set(given):
            if tag == "a" and re.match(r"^[a-z0-9_./#-]+$", given[name], re.I):
                self.links.append(given[name])
            else:
                self.outside.append(f"{tag} {name}={given[name]}")
        if "url(" in given.get("style", ""):
            self.outside.append(f"{tag} style")
