"""`python -m bench.detection [--real FOLDER]`: how much of what can happen to a file the detector names rightly, and how often it cries wolf.

Every mutation of the library is done to every table of the shipped sample, as files, and so is every harmless rewriting. With `--real`, the
real pairs of the replay test are judged too. Writes docs/detection.md. A table is thinned to whole areas first: a run takes minutes, not hours.
"""

from __future__ import annotations

import argparse
import datetime
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from bench import detection_report
from expectations.declaration import all_ids, load
from expectations.errors import EvidenceError
from tasks.changes.files import compare_files
from tasks.rehearse import MUTATIONS, REWRITINGS, Frame, read_frame, rehearse, write
from warehouse.home import PROJECT

MOST_ROWS = 1_500
PARTS = 3  # tables of one dataset: the first, the last and one between
DOCUMENT = PROJECT / "docs" / "detection.md"


@dataclass(frozen=True)
class Outcome:
    """One mutation, rewriting or real pair, judged."""

    subject: str
    name: str
    kind: str
    strength: str  # mutation, rewriting or real
    right_kinds: bool
    right_verdict: bool
    verdict: str
    wanted: str
    told: str
    loudest: str
    seconds: float


def main(arguments: Sequence[str]) -> int:
    """Measure, print what was missed, write the document. Returns 1 where a harmless rewriting raised an alarm."""
    parser = argparse.ArgumentParser(prog="python -m bench.detection", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--real", type=Path, help="the folder of real publisher files, to judge the real pairs too")
    parser.add_argument("--rows", type=int, default=MOST_ROWS, help="rows to which a table is thinned")
    parser.add_argument("--only", default="", help="only mutations whose name has this in it; the document is not written")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args(arguments)
    started = time.perf_counter()
    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory(prefix="evidence-detection-") as scratch:
        files = sample_files(Path(scratch))
        with ProcessPoolExecutor(given.workers, multiprocessing.get_context("spawn")) as pool:
            jobs = [pool.submit(judge_table, name, path, given.rows, given.only) for name, path in files]
            for job in jobs:
                outcomes += job.result()
            if given.real:
                outcomes += pool.submit(judge_real, given.real).result()
    seconds = time.perf_counter() - started
    report = detection_report.report(outcomes, [name for name, _ in files], seconds, datetime.date.today())
    Console(width=150).print(report, markup=False, highlight=False)
    if not given.only:
        DOCUMENT.write_text(report, encoding="utf-8")
    return int(any(outcome.strength == "rewriting" and not outcome.right_verdict for outcome in outcomes))


def sample_files(scratch: Path) -> list[tuple[str, Path]]:
    """The sample's files as they cross the wire: the up to three tables of each dataset."""
    from tasks.fetch import fetch, open_http
    from tasks.fetch.http import HttpSettings
    from tasks.sample.serving import serving

    files: list[tuple[str, Path]] = []
    with serving() as reroute:
        for dataset in all_ids():
            declared = load(dataset)
            into = scratch / dataset
            into.mkdir(parents=True)
            with open_http(declared.source, HttpSettings(reroute=dict(reroute), allow_loopback=True), into, None) as http:
                delivery = fetch(declared.source.kind, declared.source, http)
            tables = [(part.name, part.path) for part in delivery.parts if part.path is not None and _holds_a_table(part.path)]
            step = max(1, (len(tables) - 1) // (PARTS - 1))
            for name, path in tables[:: step or 1][:PARTS]:
                kept = path.rename(into / f"kept-{Path(name).name}")
                files.append((f"{dataset} ({Path(name).name})", kept))
    return files


def _holds_a_table(path: Path) -> bool:
    """Lists of codes and other matter that a service gives beside its tables are none."""
    try:
        return len(read_frame(path, most_rows=MOST_ROWS).rows) >= 30
    except EvidenceError:
        return False


def judge_table(name: str, path: Path, most_rows: int, only: str) -> list[Outcome]:
    """Every mutation and every rewriting of one table."""
    frame = read_frame(path, most_rows=most_rows)
    return [*_mutations(name, frame, only), *([] if only else _rewritings(name, frame))]


def _mutations(name: str, frame: Frame, only: str) -> Iterator[Outcome]:
    for mutation in MUTATIONS:
        if only not in mutation.name:
            continue
        begun = time.perf_counter()
        with tempfile.TemporaryDirectory(prefix="evidence-rehearse-") as folder:
            done = rehearse(frame, mutation, Path(folder))
        if done is None:
            continue
        yield Outcome(
            name,
            mutation.name,
            mutation.kind,
            "mutation",
            done.right_kinds,
            done.right_verdict,
            done.result.verdict.word,
            f"{' '.join(mutation.kinds)}: {' or '.join(mutation.verdicts)}",
            " ".join(sorted(done.kinds)),
            " / ".join(f"{change.kind}: {change.what}" for change in done.loudest[:3]),
            time.perf_counter() - begun,
        )


def _rewritings(name: str, frame: Frame) -> Iterator[Outcome]:
    for rewriting in REWRITINGS:
        begun = time.perf_counter()
        with tempfile.TemporaryDirectory(prefix="evidence-rewrite-") as folder:
            (Path(folder) / "after").mkdir()
            before = write(frame, Path(folder) / "table.csv")
            result = compare_files(before, rewriting.write(frame, Path(folder) / "after"))
        alarms = [change for change in result.changes if change.severity.word in ("warning", "breaking")]
        told = " ".join(sorted({change.kind for change in result.changes}))
        yield Outcome(
            name,
            rewriting.name,
            "clean",
            "rewriting",
            not alarms,
            not alarms,
            result.verdict.word,
            "same or info",
            told,
            " / ".join(f"{change.kind}: {change.what}" for change in alarms[:3]),
            time.perf_counter() - begun,
        )


def judge_real(folder: Path) -> list[Outcome]:
    """The real pairs of the replay test, held to the kinds and the verdict that a person wrote down for them."""
    from tests.replay.test_compare_real_changes import REAL_CHANGES

    outcomes = []
    for row, before, after, sheet, kinds, verdict in REAL_CHANGES:
        begun = time.perf_counter()
        result = compare_files(folder / before, folder / after, sheet=sheet)
        told = {change.kind for change in result.changes}
        outcomes.append(
            Outcome(
                f"{Path(before).name} → {Path(after).name}",
                f"row {row}",
                "real",
                "real",
                set(kinds.split()) <= told,
                result.verdict.word == verdict,
                result.verdict.word,
                f"{kinds}: {verdict}",
                " ".join(sorted(told)),
                " / ".join(f"{change.kind}: {change.what}" for change in result.changes if change.severity == result.verdict)[:300],
                time.perf_counter() - begun,
            )
        )
    return outcomes


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
