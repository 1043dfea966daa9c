"""Values: what was published before and reads otherwise now, at the same keys.

Told apart: a unit that changed (one steady ratio), a revision (some cells, or small moves), a redefinition (most cells, by much),
a running total that only went on, a change of rounding, and values that were hidden or shown.
Refuses to compare where no key matches, and says that nothing was compared.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from expectations.change import Change, Severity
from expectations.shape import Shape
from tasks.changes import revisions
from tasks.changes.cells import biggest_moves, first_of, periods_touched
from tasks.changes.displaced import displaced_measures
from tasks.changes.match import Match
from tasks.changes.moves import FEWEST, MOST, Held, Moves
from tasks.changes.observed import Alignment, Observed, Place
from tasks.changes.words import counted, figure, listed, quoted, share
from tasks.shape import sql

OF_MOST = 0.5  # of the matched rows must bear the day that the figures are of, and another one than before
FEW_DAYS = 12  # a column with more different days says when something happened
ENOUGH = 50  # cells of one measure, from which its own share counts
REVISED_BOUND = 0.25  # share of cells beyond which a revision is an alarm


def unit_changes(connection: duckdb.DuckDBPyConnection, held: Held, alignment: Alignment, place: Place) -> list[Change]:
    """unit_rescaled: at the same keys by one steady ratio, or, where no keys match, all through by a power of ten."""
    if held.match is None or held.match.count < FEWEST:
        return rescaled_by_spread(held.before.shape, held.after.shape, alignment)
    return [_rescaled(connection, held.before, held.after, held.match, move, place) for move in held.rescaled]


def value_changes(connection: duckdb.DuckDBPyConnection, held: Held, place: Place) -> list[Change]:
    """Revisions, redefinitions, rounding and suppression at the keys that both tables hold."""
    if held.match is None:
        return []
    rest = [move for move in held.moves if move not in held.rescaled]
    if as_of := _as_of(connection, held.before, held.after, held.match):
        return [*_updated(rest, as_of), *_rerounded(rest)]
    displaced = displaced_measures(connection, held, place)
    changes: list[Change] = list(displaced.changes)
    rest = [move for move in rest if move.before not in displaced.measures]
    redefined = [] if held.running else [move for move in rest if move.share >= MOST and move.much and move.compared >= FEWEST]
    if redefined:
        changes.append(_told(connection, held, redefined, place, "values_redefined", Severity.BREAKING))
    revised = [move for move in rest if move not in redefined and move.moved]
    if revised:
        compared, moved = sum(move.compared for move in rest), sum(move.moved for move in revised)
        beyond = moved > REVISED_BOUND * compared or any(move.share > REVISED_BOUND and move.compared >= ENOUGH for move in revised)
        severity = Severity.WARNING if beyond and not held.running else Severity.INFO
        change = _told(connection, held, revised, place, "history_revised", severity)
        changes.append(revisions.described(connection, held, revised, place, change))
    hidden = [revisions.hidden_where(connection, held, held.moves, place, change) for change in _suppression(held.moves)]
    return [*changes, *_rerounded(rest), *(hidden or revisions.withheld(held.moves))]


def _as_of(connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, match: Match) -> tuple[str, str, str] | None:
    """(column, earlier day, later day), where a register says in its rows of which day the figures are, and most rows bear another day."""
    if before.shape.period_column in match.before_key or len(match.before_key) != 1:
        return None
    for old in before.shape.columns:
        new = after.shape.column(old.name)
        if new is None or old.type != "date" or new.type != "date" or max(old.distinct, new.distinct) > FEW_DAYS:
            continue
        x, y = sql.text(f"x.{sql.identifier(old.name)}"), sql.text(f"y.{sql.identifier(new.name)}")
        found = connection.execute(
            f"select count(*), count(*) filter ({x} <> {y}), mode({x}), mode({y}) from {match.pairs} as p "
            f"join {sql.identifier(before.table)} as x on x.rowid = p.b join {sql.identifier(after.table)} as y on y.rowid = p.a "
            f"where {x} is not null and {y} is not null"
        ).fetchone()
        if found and found[0] >= OF_MOST * match.count and found[1] > OF_MOST * found[0] and found[2] != found[3]:
            return old.name, str(found[2]), str(found[3])
    return None


def _updated(moves: Sequence[Moves], as_of: tuple[str, str, str]) -> list[Change]:
    """history_revised as news: the figures are of another day, so that nothing was revised."""
    touched = [move for move in moves if move.moved]
    if not touched:
        return []
    moved, compared = sum(move.moved for move in touched), sum(move.compared for move in touched)
    what = (
        f"{moved:,} of {compared:,} values differ, in {listed([quoted(move.after) for move in touched], 3)}, as they are of another day: "
        f"{quoted(as_of[0])} was {as_of[1]} and is {as_of[2]}."
    )
    evidence = {"cells_compared": compared, "cells_moved": moved, "as_of": list(as_of), "measures": [move.after for move in touched[:20]]}
    return [Change("history_revised", Severity.INFO, what, None, as_of[1], as_of[2], evidence, "as of")]


def rescaled_by_spread(before: Shape, after: Shape, alignment: Alignment) -> list[Change]:
    """unit_rescaled where no keys match: the whole spread of a measure moved by one power of ten (shares that became per cents)."""
    changes = []
    for earlier, later in alignment.pairs:
        old, new = before.column(earlier), after.column(later)
        if old is None or new is None or "measure" not in (old.role, new.role) or min(old.filled, new.filled) < 20:
            continue
        ratios = [b / a for a, b in zip(old.quantiles, new.quantiles, strict=False) if a and b and (a > 0) == (b > 0)]
        power = next(
            (
                power
                for power in (100.0, 1000.0, 1e6, 0.01, 0.001, 1e-6)
                if len(ratios) >= 4 and all(0.6 < ratio / power < 1.6 for ratio in ratios)
            ),
            None,
        )
        if power is None:
            continue
        words = f"{figure(power)} times larger" if power > 1 else f"{figure(round(1 / power))} times smaller"
        what = (
            f"{quoted(later)} is about {words} all through: its unit seems to have changed (median "
            f"{figure(old.quantiles[2])} before, {figure(new.quantiles[2])} now)."
        )
        evidence = {
            "ratio": power,
            "by": "the spread of all values",
            "quantiles_before": list(old.quantiles),
            "quantiles_after": list(new.quantiles),
        }
        changes.append(Change("unit_rescaled", Severity.BREAKING, what, earlier, None, power, evidence, earlier))
    return changes


def _rescaled(connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, match: Match, move: Moves, place: Place) -> Change:
    ratio = move.ratio or 0.0
    words = (
        f"{figure(ratio)} times larger"
        if ratio > 1
        else f"{figure(round(1 / ratio, 6 if 1 / ratio >= 100 else 3))} times smaller"
        if ratio
        else "zero"
    )
    cells = biggest_moves(connection, before, after, match, [move], place)
    what = (
        f"{quoted(move.after)} is {words} at {share(move.near, move.ratios)} of the same keys: its unit or "
        f"its reference changed. {first_of(cells)}"
    )
    evidence = {"ratio": ratio, "cells_at_this_ratio": move.near, "cells_compared": move.ratios, "examples": cells}
    return Change("unit_rescaled", Severity.BREAKING, what.strip(), move.before, None, ratio, evidence, move.before)


def _told(connection: duckdb.DuckDBPyConnection, held: Held, moves: Sequence[Moves], place: Place, kind: str, severity: Severity) -> Change:
    before, after, match = held.before, held.after, held.match
    assert match is not None
    compared, moved = sum(move.compared for move in moves), sum(move.moved for move in moves)
    ordered = sorted(moves, key=lambda move: (-move.share, move.before))
    cells = biggest_moves(connection, before, after, match, ordered[:8], place)
    names = listed([quoted(move.after) for move in ordered], 3)
    if kind == "values_redefined":
        head = (
            f"{moved:,} of {compared:,} values already published differ now ({share(moved, compared)}), in "
            f"{names}: the measure was redefined or replaced."
        )
    elif held.running:
        head = (
            f"{moved:,} of {compared:,} values moved, nearly all upwards, in the one period "
            f"{quoted(before.shape.periods[0])}: it is still filling (a year to date)."
        )
    else:
        head = f"{moved:,} of {compared:,} values already published were revised ({share(moved, compared)}), in {names}."
    if held.every > 1:
        head += f" This was counted on a sample: every {held.every:,}th of {match.count:,} matched rows."
    spread_over = periods_touched(connection, before, match, ordered[0])
    evidence = {
        "cells_compared": compared,
        "cells_moved": moved,
        "share": round(moved / compared, 4) if compared else 0,
        "measures": [
            {
                "column": move.after,
                "compared": move.compared,
                "moved": move.moved,
                "rose": move.rose,
                "median_move": move.median_move,
                "median_ratio": move.ratio,
            }
            for move in ordered[:20]
        ],
        "examples": cells,
        "periods": spread_over,
        "home_touched": any(cell["home"] for cell in cells),
        "key": list(match.before_key),
        "rows_matched": match.count,
        "sampled_every": held.every,
    }
    what = f"{head} {first_of(cells)}".strip()
    return Change(
        kind,
        severity,
        what,
        ordered[0].before if len(ordered) == 1 else None,
        None,
        None,
        evidence,
        "\x1f".join(sorted(move.before for move in moves)),
    )


def _rerounded(moves: Sequence[Moves]) -> list[Change]:
    """Only the printed precision changed: said, as a revision that is none."""
    told = [move for move in moves if move.rerounded > 0.2 * move.compared and move.compared >= FEWEST]
    if not told:
        return []
    cells = sum(move.rerounded for move in told)
    what = (
        f"{counted(cells, 'value')} in {listed([quoted(move.after) for move in told], 3)} "
        f"{'is' if cells == 1 else 'are'} printed with another number of decimals and agree otherwise."
    )
    return [
        Change(
            "history_revised",
            Severity.INFO,
            what,
            None,
            None,
            None,
            {"rerounded": cells, "measures": [move.after for move in told]},
            "rounding",
        )
    ]


def _suppression(moves: Sequence[Moves]) -> list[Change]:
    """Cells that were numbers and are hidden now, or the other way round."""
    hidden, shown = sum(move.hidden for move in moves), sum(move.shown for move in moves)
    compared = sum(move.compared for move in moves) + hidden + shown
    if hidden + shown < 3 or hidden + shown < 0.005 * compared:
        return []
    touched = [move for move in moves if move.hidden or move.shown]
    words = [f"{counted(hidden, 'value')} that were printed are now hidden or empty"] if hidden else []
    words += [f"{counted(shown, 'value')} that were hidden or empty are now printed"] if shown else []
    what = f"{' and '.join(words)}, in {listed([quoted(move.after) for move in touched], 3)}."
    severity = Severity.WARNING if hidden + shown >= 0.01 * compared else Severity.INFO
    evidence = {
        "hidden": hidden,
        "shown": shown,
        "cells": compared,
        "columns": [{"column": m.after, "hidden": m.hidden, "shown": m.shown} for m in touched[:20]],
    }
    return [Change("suppression_moved", severity, what, None, None, None, evidence, "\x1f".join(move.before for move in touched))]
