"""One indicator's figures sorted out for its page: whose they are, which breakdown stands for the whole, which is the newest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from warehouse.pages.facts import Facts, Row
from warehouse.pages.series import ALL, Break, Figure, in_order, latest, lead_of, marks

_HIDDEN = ("suppressed", "withheld")


@dataclass(frozen=True)
class View:
    """One indicator's figures as its page needs them."""

    definition: Row
    home: Mapping[str, Sequence[Figure]]  # breakdown -> the home area's, oldest first
    lead: str  # the breakdown that stands for the indicator; '' where there is none
    ours: Sequence[Figure]  # the home area's figures of it
    newest: Figure | None
    breaks: Sequence[Break]
    others: Mapping[tuple[str, str], Sequence[Figure]]  # (area, breakdown) -> figures of a comparator
    comparisons: Mapping[str, Row]  # period -> mart.indicator_comparisons of the lead breakdown
    wards: Sequence[Figure]  # of the lead breakdown, newest period

    @property
    def decimals(self) -> int:
        return int(self.definition["decimals"])

    @property
    def unit(self) -> str:
        return str(self.definition["unit"])

    def of_role(self, facts: Facts, role: str) -> Figure | None:
        """The figure of the one area in this role, for the period of our newest, under the area's usual name."""
        if self.newest is None:
            return None
        found = [
            figure
            for code in facts.codes_of(role)
            for figure in self.others.get((code, self.lead), ())
            if figure.period == self.newest.period
        ]
        return next((replace(figure, area_name=facts.name_of(figure)) for figure in found), None)

    def change(self, facts: Facts) -> Row | None:
        """The change to our newest figure (mart.indicator_changes)."""
        if self.newest is None:
            return None
        rows = facts.changes.get(self.definition["indicator"], ())
        return next((row for row in rows if row["breakdown"] == self.lead and row["period"] == self.newest.period), None)

    def largest_groups(self) -> list[Figure]:
        """The groups in the period of our newest figure, largest first; none where one of them stands for all."""
        if self.lead == ALL or self.newest is None:
            return []
        every = [figure for figures in self.home.values() for figure in figures if figure.period == self.newest.period]
        return sorted((figure for figure in every if figure.value is not None), key=lambda figure: -(figure.value or 0.0))

    def breaks_outside(self) -> list[Break]:
        """Breaks that are known and lie outside the periods held here: nothing to draw, and still to be told."""
        drawn = {(mark.since, mark.reason) for figures in self.home.values() for mark in marks(figures, self.breaks)}
        return [one for one in self.breaks if (one.since, one.reason) not in drawn]

    def hidden(self) -> int:
        """How many of the figures that the page is made from a publisher withholds."""
        every = [figure for figures in (*self.home.values(), *self.others.values(), self.wards) for figure in figures]
        return sum(figure.status in _HIDDEN for figure in every)


def view_of(facts: Facts, definition: Row) -> View:
    """Sort out an indicator's figures."""
    name = definition["indicator"]
    home: dict[str, list[Figure]] = defaultdict(list)
    others: dict[tuple[str, str], list[Figure]] = defaultdict(list)
    for figure in facts.figures.get(name, ()):
        if figure.area_code == facts.home_code:
            home[figure.breakdown].append(figure)
        else:
            others[figure.area_code, figure.breakdown].append(figure)
    wards = facts.wards.get(name, ())
    lead = lead_of(home) or _lead_of_wards(wards)
    ours = in_order(home.get(lead, ()))
    return View(
        definition=definition,
        home={breakdown: in_order(figures) for breakdown, figures in home.items()},
        lead=lead,
        ours=ours,
        newest=latest(ours),
        breaks=facts.breaks.get(name, ()),
        others=others,
        comparisons={row["period"]: row for row in facts.comparisons.get(name, ()) if row["breakdown"] == lead},
        wards=[ward for ward in wards if ward.breakdown == lead],
    )


def _lead_of_wards(wards: Sequence[Figure]) -> str:
    names = {ward.breakdown for ward in wards}
    return ALL if ALL in names else min(names, default="")
