"""`python -m bench.detection [--real FOLDER]`: how much of what can happen to a file the detector names rightly, and how often it cries wolf.

Every mutation of the library is done to several tables of the shipped sample, as files, and so is every harmless rewriting. With `--real`,
the publishers' real pairs are judged too, and held-out pairs and mutations. Writes docs/detection.md; what
needs real files is measured where they are and kept as it stands where they are not. Tables are thinned to whole areas: a run takes minutes.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import multiprocessing
import os
import pickle
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rich.console import Console

from bench import detection_report, held_out, held_out_pairs
from expectations.change import Severity
from expectations.declaration import load, verified_ids
from expectations.errors import EvidenceError
from tasks.changes.files import FileComparison, compare_files
from tasks.rehearse import MUTATIONS, REWRITINGS, Frame, Mutation, Rewriting, read_frame, rehearse, write
from warehouse.home import PROJECT

MOST_ROWS = 800
EACH = 8  # tables to which one mutation is done: of all that have room for it, those that a hash of both names puts first
CANDIDATES = 4  # parts of one dataset that are looked at, the largest first, until one holds a table
FEWEST_ROWS = 30
DOCUMENT = PROJECT / "docs" / "detection.md"


@dataclass(frozen=True)
class Table:
    """A table of the sample or a real file, thinned, kept as a frame in a scratch file."""

    name: str
    frame: Path


@dataclass(frozen=True)
class Outcome:
    """One mutation, rewriting or real pair, judged.

    `strength`: mutation, rewriting, real, or held out: unseen pair, unseen mutation, unseen rewriting. `lines`: changes that a person reads.
    """

    subject: str
    name: str
    kind: str
    strength: str
    right_kinds: bool
    right_verdict: bool
    verdict: str
    wanted: str
    told: str
    loudest: str
    seconds: float
    lines: int = 0


def main(arguments: Sequence[str]) -> int:
    """Measure, print what was missed, write the document. Returns 1 where a harmless rewriting raised an alarm."""
    parser = argparse.ArgumentParser(prog="python -m bench.detection", description=__doc__.splitlines()[0] if __doc__ else None)
    folder_named = os.environ.get("EVIDENCE_REAL_FILES")
    parser.add_argument(
        "--real",
        type=Path,
        default=Path(folder_named) if folder_named else None,
        help="the folder of real publisher files, to judge the real and the held-out pairs too",
    )
    parser.add_argument("--rows", type=int, default=MOST_ROWS, help="rows to which a table is thinned")
    parser.add_argument("--each", type=int, default=EACH, help="tables to which each mutation is done; 0 for all that have room")
    parser.add_argument("--only", default="", help="only mutations whose name has this in it; the document is not written")
    parser.add_argument("--dataset", default="", help="only datasets whose id has this in it; the document is not written")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args(arguments)
    whole = not given.only and not given.dataset
    started = time.perf_counter()
    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory(prefix="evidence-detection-") as scratch:
        folder = Path(scratch)
        with ProcessPoolExecutor(given.workers, multiprocessing.get_context("spawn")) as pool:
            tables = sample_tables(folder, given.rows, pool, given.dataset)
            unseen = (
                [pool.submit(_real_table, given.real / name, folder, given.rows) for name in held_out_pairs.TABLES]
                if given.real and whole
                else []
            )
            jobs = [pool.submit(judge_mutation, place, tables, given.each) for place, one in enumerate(MUTATIONS) if given.only in one.name]
            if whole:
                jobs += [pool.submit(judge_rewriting, place, tables, given.each) for place in range(len(REWRITINGS))]
            if given.real and whole:
                jobs += [pool.submit(judge_real, given.real), pool.submit(judge_held_out, given.real)]
                others = [job.result() for job in unseen]
                jobs += [pool.submit(judge_mutation, place, others, 0, True) for place in range(len(held_out.MUTATIONS))]
                jobs += [pool.submit(judge_rewriting, place, others, given.each, True) for place in range(len(REWRITINGS))]
            for job in jobs:
                outcomes += job.result()
    seconds = time.perf_counter() - started
    kept = DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.exists() and not given.real else ""
    report = detection_report.report(
        outcomes, [table.name for table in tables], seconds, datetime.date.today(), held_out.FIRST, kept, held_out.JUDGED
    )
    Console(width=150).print(report, markup=False, highlight=False)
    if whole:
        DOCUMENT.write_text(report, encoding="utf-8")
    return int(any("rewriting" in outcome.strength and not outcome.right_verdict for outcome in outcomes))


def sample_tables(folder: Path, most_rows: int, pool: ProcessPoolExecutor, only: str = "") -> list[Table]:
    """One table of each dataset of the sample, as it crosses the wire: of its largest parts, the first that holds one. `only`: a part of the id."""
    from tasks.fetch import fetch, open_http
    from tasks.fetch.http import HttpSettings
    from tasks.sample.serving import serving

    jobs = []
    with serving() as reroute:
        for dataset in (each for each in verified_ids() if only in each):
            declared = load(dataset)
            into = folder / dataset
            into.mkdir(parents=True)
            try:
                with open_http(declared.source, HttpSettings(reroute=dict(reroute), allow_loopback=True), into, None) as http:
                    delivery = fetch(declared.source.kind, declared.source, http)
            except EvidenceError as error:
                Console(stderr=True).print(f"{dataset} is not measured: the sample does not serve it [{error.code}]", markup=False)
                continue
            parts = sorted(((part.size, part.name, part.path) for part in delivery.parts if part.path is not None), reverse=True)
            jobs.append(pool.submit(_first_table, dataset, [(name, path) for _, name, path in parts[:CANDIDATES]], folder, most_rows))
    return [table for job in jobs if (table := job.result()) is not None]


def _first_table(dataset: str, parts: Sequence[tuple[str, Path]], folder: Path, most_rows: int) -> Table | None:
    for name, path in parts:
        try:
            frame = read_frame(path, most_rows=most_rows)
        except EvidenceError:
            continue  # lists of codes and other matter that a service gives beside its tables
        if len(frame.rows) >= FEWEST_ROWS:
            return _kept(f"{dataset} ({Path(name).name})", frame, folder)
    return None


def _real_table(path: Path, folder: Path, most_rows: int) -> Table:
    return _kept(path.name, read_frame(path, most_rows=most_rows), folder)


def _kept(name: str, frame: Frame, folder: Path) -> Table:
    path = folder / f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.frame"
    path.write_bytes(pickle.dumps(frame))
    return Table(name, path)


@lru_cache(maxsize=64)
def _frame(path: Path) -> Frame:
    frame = pickle.loads(path.read_bytes())  # a scratch file that this run has written
    assert isinstance(frame, Frame)
    return frame


def judge_mutation(place: int, tables: Sequence[Table], each: int, unseen: bool = False) -> list[Outcome]:
    """One mutation of the library (or of the held-out ones), done to up to `each` tables."""
    mutation = (held_out.MUTATIONS if unseen else MUTATIONS)[place]
    done: list[Outcome] = []
    for table in sorted(tables, key=lambda table: hashlib.sha256(f"{mutation.name}\x1f{table.name}".encode()).digest()):
        if each and len(done) == each:
            break
        with tempfile.TemporaryDirectory(prefix="evidence-rehearse-") as folder:
            done += _mutated(mutation, table, Path(folder), unseen)
    return done


def _mutated(mutation: Mutation, table: Table, folder: Path, unseen: bool) -> Iterator[Outcome]:
    begun = time.perf_counter()
    done = rehearse(_frame(table.frame), mutation, folder, held_out.SEED if unseen else 0)
    if done is not None:
        wanted = f"{' '.join(mutation.kinds)}: {' or '.join(mutation.verdicts)}"
        strength = "unseen mutation" if unseen else "mutation"
        yield _judged(table.name, mutation.name, mutation.kind, strength, done.right_kinds, done.right_verdict, wanted, done.result, begun)


def judge_rewriting(place: int, tables: Sequence[Table], each: int, unseen: bool = False) -> list[Outcome]:
    """One harmless rewriting, done to up to `each` tables."""
    rewriting = REWRITINGS[place]
    chosen = sorted(tables, key=lambda table: hashlib.sha256(f"{rewriting.name}\x1f{table.name}".encode()).digest())
    return [_rewritten(rewriting, table, unseen) for table in (chosen[:each] if each else chosen)]


def _rewritten(rewriting: Rewriting, table: Table, unseen: bool) -> Outcome:
    begun = time.perf_counter()
    frame = _frame(table.frame)
    with tempfile.TemporaryDirectory(prefix="evidence-rewrite-") as folder:
        (Path(folder) / "after").mkdir()
        before = write(frame, Path(folder) / "table.csv")
        result = compare_files(before, rewriting.write(frame, Path(folder) / "after"))
    calm = result.verdict < Severity.WARNING
    strength = "unseen rewriting" if unseen else "rewriting"
    return _judged(table.name, rewriting.name, "clean", strength, calm, calm, "same or info", result, begun)


def judge_real(folder: Path) -> list[Outcome]:
    """The real pairs of the replay test, held to the kinds and the verdict that a person wrote down for them."""
    from tests.replay.real_changes import REAL_CHANGES

    pairs = [(f"row {row}", before, after, sheet, kinds, verdict) for row, before, after, sheet, kinds, verdict in REAL_CHANGES]
    return [_pair(folder, "real", *pair) for pair in pairs]


def judge_held_out(folder: Path) -> list[Outcome]:
    """The real pairs whose verdicts were written down before the detector was shown them."""
    pairs = enumerate(held_out_pairs.PAIRS, 1)
    return [_pair(folder, "unseen pair", f"pair {n}", one.before, one.after, None, one.kinds, one.verdicts) for n, one in pairs]


def _pair(folder: Path, strength: str, name: str, before: str, after: str, sheet: str | None, kinds: str, verdicts: str) -> Outcome:
    begun = time.perf_counter()
    result = compare_files(folder / before, folder / after, sheet=sheet)
    told = {change.kind for change in result.changes}
    right = all(set(kind.split("|")) & told for kind in kinds.split())
    subject = f"{Path(before).name} → {Path(after).name}"
    wanted = f"{kinds}: {verdicts.replace(' ', ' or ')}"
    return _judged(subject, name, "real", strength, right, result.verdict.word in verdicts.split(), wanted, result, begun)


def _judged(
    subject: str, name: str, kind: str, strength: str, kinds: bool, verdict: bool, wanted: str, result: FileComparison, begun: float
) -> Outcome:
    loudest = [f"{change.kind}: {change.what}" for change in result.changes if change.severity == result.verdict]
    return Outcome(
        subject,
        name,
        kind,
        strength,
        kinds,
        verdict,
        result.verdict.word,
        wanted,
        " ".join(sorted({change.kind for change in result.changes})),
        " / ".join(loudest[:3])[:400],
        time.perf_counter() - begun,
        len(result.changes),
    )


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
