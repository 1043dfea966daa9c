"""Coded errors. The archive, the lake, the published file and what is made of it."""

from __future__ import annotations

from expectations.errors.kind import ErrorKind

CODES: dict[str, ErrorKind] = {
    # -- archive -----------------------------------------------------------------------------------------------------------
    "archive.missing": ErrorKind(
        "The archive does not hold what was asked for",
        "A manifest or the bytes of a part are not in the archive of this home: another home wrote them, or they were forgotten.",
        "Check EVIDENCE_HOME; run `evidence run DATASET` to fetch anew.",
    ),
    "archive.damaged": ErrorKind(
        "Archived bytes do not match their hash",
        "A file of the archive was altered or the disk failed.",
        "Restore the file from a backup, or delete it and run `evidence run DATASET` to fetch anew.",
    ),
    # -- landing and publishing --------------------------------------------------------------------------------------------
    "lock.busy": ErrorKind(
        "Another process is at it",
        "A landing of the same dataset, or a publish, holds its lock for longer than we wait.",
        "Let it end, or end the process that the message names; a process that has died holds no lock.",
    ),
    "land.not_as_declared": ErrorKind(
        "The tidy table is not the declared one",
        "The table to be landed lacks a declared column, has one that is not declared, or holds one as another type.",
        "Correct the tidy SQL or the declared columns; nothing was landed and the last good table stays.",
    ),
    "land.not_written": ErrorKind(
        "What was written cannot be read back",
        "The Parquet that was written aside differs from the tidy table in rows, columns or types: a full disk or a failing one.",
        "Look at the disk (`df`, the system log) and run again; nothing was landed and the last good table stays.",
    ),
    "lake.damaged": ErrorKind(
        "The lake is not whole",
        "The pointer of a dataset names a file that is not there, or cannot be read.",
        "Restore the lake from a backup, or remove the vintage from vintages.json and replay its snapshot from the archive.",
    ),
    "publish.failed": ErrorKind(
        "The database could not be published",
        "The DuckDB file that was built aside does not hold what the lake holds, or could not be built. The published file is as it was.",
        "Read what was found; run `evidence run` again when it is put right. Analysts keep the last published file.",
    ),
    "lineage.not_found": ErrorKind(
        "There is no such value",
        "A provenance question names a dataset, a column or a value that the published file does not hold.",
        "Look at the columns with `describe <dataset>`, and publish first if the dataset has just landed.",
    ),
    # -- states side by side, and snapshots forgotten ----------------------------------------------------------------------
    "diff.no_such_state": ErrorKind(
        "There is no such state of this dataset",
        "`evidence diff` was given a name that fits no vintage, day, held snapshot or archived snapshot, or that fits several.",
        "Take a vintage or a day from `evidence show DATASET`, or `held`.",
    ),
    "diff.nothing_to_compare": ErrorKind(
        "There are not two states to compare",
        "A dataset that has landed once, with nothing held, has one state.",
        "Wait for the next release, or name an archived snapshot with --from.",
    ),
    "forget.no_such_snapshot": ErrorKind(
        "No archived snapshot has this id",
        "`evidence forget` was given an id that fits no manifest of the archive, or that fits several.",
        'See `evidence sql "select dataset, snapshot_id, fetched_at from meta.snapshots"`.',
    ),
    "forget.no_reason": ErrorKind(
        "Forgetting needs a reason and a person",
        "The bytes will be gone; who ordered it and why must stay.",
        'Give `--reason "the publisher withdrew the file on …"`.',
    ),
    "forget.only_vintage": ErrorKind(
        "It is all that has landed of the dataset",
        "Forgetting this snapshot would leave the dataset without a table.",
        "Run the dataset first, so that there is another vintage, or add `--yes`.",
    ),
    "archive.forgotten": ErrorKind(
        "A person ordered these bytes forgotten",
        "The publisher serves again what was removed from the archive by `evidence forget`.",
        "Ask the publisher; where it may be kept again, remove the tombstone that the message names.",
    ),
    # -- exports -----------------------------------------------------------------------------------------------------------
    "export.unknown_table": ErrorKind(
        "There is no such table to export",
        "`evidence export` names something that is no table or view of the published file, and none of indicators, strategy and all.",
        "Run `evidence show` for the list; the nearest name is suggested.",
    ),
    "export.too_many_rows": ErrorKind(
        "The table has more rows than a sheet holds",
        "An Excel sheet ends at row 1,048,576, and nothing is cut off in silence.",
        "Export it with `--format csv` or `--format parquet`, or ask for fewer rows with `evidence sql`.",
    ),
    "export.not_written": ErrorKind(
        "The export could not be written",
        "The folder of `--to` cannot be made or written into, or the disk is full.",
        "Name another folder with `--to`, or free some space; nothing was left half-written.",
    ),
    # -- pages -------------------------------------------------------------------------------------------------------------
    "pages.failed": ErrorKind(
        "The pages could not be built",
        "The published file cannot be read, the folder of the home cannot be written into, or `pages` is something that this project did not make.",
        "Move what stands under `pages` away, or free some space, and run `evidence pages` again; the pages of before stay in force until then.",
    ),
    # -- discarded rows ----------------------------------------------------------------------------------------------------
    "discard.not_written": ErrorKind(
        "Discarded rows could not be kept",
        "Rows that a policy leaves out are written aside before the rest lands; they could not be written, so that nothing was landed.",
        "Make room on the disk of the home, or the right to write there, and run again.",
    ),
}
