"""`evidence rehearse`: what would be said, held and sent if a publisher did this?"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from expectations.errors import EvidenceError
from flows.cli.output import EXIT_FAILED, AsJson, console, escaped, print_json, styled, table
from flows.cli.progress import waiting
from warehouse.home import Home

if TYPE_CHECKING:
    from expectations.declaration import Dataset
    from tasks.rehearse.performance import Rehearsal
    from tasks.snapshot import Delivery

EXAMPLES = """\
[bold]Examples[/bold]

  evidence rehearse dfe.pupil_attendance                               every mutation that it has room for, as a table

  evidence rehearse dfe.pupil_attendance --mutation unit_rescaled      those of one kind, each with its alert

  evidence rehearse ons.population --mutation areas-recoded --strength row

  evidence rehearse council.card_spend --file september.xls            a file that you have, as if it came tonight

  evidence rehearse ons.population --snapshot 3f9a1c                   an archived snapshot once more

Nothing is fetched, written to your home or sent. Exit code 0; 1 where a mutation was not seen; 2 for wrong use.
"""
_STRENGTHS = ("row", "area", "column", "all")


def rehearse(
    dataset: Annotated[str, typer.Argument(help="The dataset, as `evidence datasets` lists it.", show_default=False)] = "",
    mutation: Annotated[str, typer.Option(help="A mutation by its name, or a kind of change: all mutations of it.")] = "",
    snapshot: Annotated[str, typer.Option(help="An archived snapshot, by the beginning of its id.")] = "",
    file: Annotated[Path | None, typer.Option(help="A file to stand in place of a part of the last release.")] = None,
    part: Annotated[str, typer.Option(help="The part to alter or replace; the largest table where not given.")] = "",
    strength: Annotated[str, typer.Option(help="Done to one row, one area, one column, or all: row, area, column, all.")] = "all",
    listed: Annotated[bool, typer.Option("--list", help="List the mutations and the kinds they produce.")] = False,
    as_json: AsJson = False,
) -> None:
    """Play a release that never came through the whole pipeline, in a scratch home, and show the alert.

    The baseline is the last landed snapshot of this home, or the shipped sample's. One of its tables is altered, or a file or an
    older snapshot comes after it; what the pipeline did, and the message that would have been sent, is printed.
    """
    if listed:
        _print_list(as_json)
        return
    if strength not in _STRENGTHS or sum(map(bool, (mutation, snapshot, file))) > 1 or not dataset:
        raise typer.BadParameter(
            "name a dataset, at most one of --mutation, --snapshot and --file, and a strength of row, area, column or all"
        )
    if file is not None and not file.is_file():
        raise EvidenceError("command.unreadable", where=str(file), expected="a file", found="nothing there")
    from expectations.declaration import load

    declared = load(dataset)
    with waiting() as tell, tempfile.TemporaryDirectory(prefix="evidence-rehearse-") as folder:
        tell(f"Rehearsing {dataset}")
        done = _played(declared, mutation, snapshot, file, part, strength, Path(folder), tell)
    if as_json:
        print_json([one.as_dict() for one in done])
    elif len(done) == 1 or mutation:
        for one in done:
            _print_whole(one)
    else:
        _print_table(done)
    if not done:
        console().print(f"{dataset} has no room for this: nothing was played. `evidence rehearse --list` says what a mutation needs.")
    if any(one.seen is False for one in done):
        raise typer.Exit(EXIT_FAILED)


def _played(
    dataset: Dataset, mutation: str, snapshot: str, file: Path | None, part: str, strength: str, folder: Path, tell: Any
) -> Sequence[Rehearsal]:
    from tasks.rehearse.performance import UNREACHABLE, chosen, rehearse_mutations, rehearse_release, tables
    from tasks.rehearse.stage import largest, with_part

    wanted = chosen(mutation) if not snapshot and file is None else []
    home = Home.from_environment()
    baseline, older = _baseline(dataset, home, snapshot, folder)
    if older is not None:
        return [rehearse_release(dataset, baseline, older, f"snapshot {snapshot}", folder)]
    if file is not None:
        parts = tables(dataset, baseline)
        replaced = part or next((one.name for one in parts if Path(one.name).name == file.name), "") or largest(parts).name
        if replaced not in {one.name for one in baseline.parts}:
            raise EvidenceError(
                "rehearse.nothing_to_replay",
                where=dataset.id,
                expected=f"a part: {', '.join(one.name for one in parts[:8])}",
                found=replaced,
                dataset=dataset.id,
            )
        return [rehearse_release(dataset, baseline, with_part(baseline, replaced, file), f"{file.name} in place of {replaced}", folder)]
    done = []
    for one in rehearse_mutations(
        dataset, baseline, wanted, folder, strength, part, unreachable=mutation in ("", "unreachable", UNREACHABLE)
    ):
        tell(f"{one.name}: {one.played.outcome.status}")
        done.append(one)
    return done


def _baseline(dataset: Dataset, home: Home, snapshot: str, folder: Path) -> tuple[Delivery, Delivery | None]:
    """(what stands, the archived snapshot that comes after it): the last landed snapshot other than the one that is played; else the sample."""
    from tasks import archive
    from tasks.rehearse.stage import archived, sampled
    from warehouse.lake import vintages

    landed = [vintage.snapshot for vintage in vintages(home, dataset.id)]
    chosen = None
    if snapshot:
        kept = sorted(path.stem for path in home.manifest(dataset.id, "x").parent.glob(f"{snapshot}*.json")) if snapshot.isalnum() else []
        if len(kept) != 1:
            raise EvidenceError(
                "archive.missing",
                where=dataset.id,
                expected=f"one archived snapshot whose id begins with {snapshot}",
                found=f"{len(kept)}",
                dataset=dataset.id,
            )
        chosen = kept[0]
    before = [one for one in landed if one != chosen]
    if before:
        stands = archived(archive.load(dataset.id, before[-1], home), home, folder / "baseline-parts")
    else:
        stands = sampled(dataset, folder / "baseline-parts")
    return stands, archived(archive.load(dataset.id, chosen, home), home, folder / "played-parts") if chosen else None


def _print_table(done: Sequence[Rehearsal]) -> None:
    out = console()
    shown = table("mutation", "told", "verdict", "then", "alert", "seen")
    for one in done:
        told = ", ".join(one.told[:3]) + (f" and {len(one.told) - 3} more" if len(one.told) > 3 else "")
        seen = {True: "[green]yes[/green]", False: "[red]no[/red]", None: ""}[one.seen]
        alert = "sent" if one.played.message else "none"
        shown.add_row(escaped(one.name), escaped(told or "nothing"), styled(one.verdict), styled(one.played.outcome.status), alert, seen)
    out.print(shown)
    foreseen = [one for one in done if one.seen is not None]
    seconds = sum(one.played.seconds for one in done)
    out.print(
        f"\n[bold]{sum(bool(one.seen) for one in foreseen)} of {len(foreseen)} seen[/bold], in {seconds:.0f} s. One with its alert: --mutation NAME"
    )


def _print_whole(one: Rehearsal) -> None:
    out = console()
    outcome = one.played.outcome
    strength = "" if one.strength == "all" else f" (one {one.strength})"
    out.print(f"[bold]{escaped(one.name)}[/bold]{strength}: {styled(one.verdict)}, {styled(outcome.status)}")
    if one.seen is not None:
        expected = " and ".join(kind.replace("|", " or ") for kind in one.expected)
        out.print(
            f"  expected {escaped(expected)}; told {escaped(', '.join(one.told) or 'nothing')}: {'seen' if one.seen else '[red]not seen[/red]'}"
        )
    if outcome.error:
        out.print(
            f"  {escaped(outcome.error.get('title'))}: {escaped(outcome.error.get('found'))} [dim]\\[{escaped(outcome.error.get('code'))}][/dim]"
        )
    for change in outcome.changes[:12]:
        out.print(f"  {styled(str(change['severity']))}  [bold]{change['kind']}[/bold] → {change.get('action')}  {escaped(change['what'])}")
    if len(outcome.changes) > 12:
        out.print(f"  and {len(outcome.changes) - 12} more")
    if one.played.message:
        out.print("\n  [dim]The alert that would have been sent:[/dim]")
        out.print(f"  [bold]{escaped(one.played.message.title)}[/bold]")
        for line in one.played.message.text.splitlines():
            out.print(f"  │ {escaped(line)}")
    else:
        out.print("  No alert would have been sent.")
    out.print()


def _print_list(as_json: bool) -> None:
    from tasks.rehearse.mutations import MUTATIONS
    from tasks.rehearse.performance import NOT_BY_A_MUTATION, kinds_covered

    if as_json:
        print_json(
            [{"mutation": one.slug, "what": one.name, "kinds": list(one.kinds), "verdicts": list(one.verdicts)} for one in MUTATIONS]
        )
        return
    out = console()
    shown = table("mutation", "produces", "verdict without a declaration")
    for one in MUTATIONS:
        kinds = " and ".join(kind.replace("|", " or ") for kind in one.kinds)
        shown.add_row(one.slug, kinds, " or ".join(styled(word) for word in one.verdicts))
    out.print(shown)
    covered = kinds_covered()
    lacking = [kind for kind, names in covered.items() if not names]
    out.print(
        f"\n{len(MUTATIONS)} mutations produce {sum(map(bool, covered.values()))} of {len(covered)} kinds"
        + (f"; none produces {', '.join(lacking)}" if lacking else ".")
    )
    for kind, why in NOT_BY_A_MUTATION.items():
        out.print(f"  {kind}: {why}")
