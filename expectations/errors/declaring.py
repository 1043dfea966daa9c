"""Coded errors. What people write: declarations, settings, contracts, rules, tidy SQL, indicators."""

from __future__ import annotations

from expectations.errors.kind import ErrorKind

CODES: dict[str, ErrorKind] = {
    # -- shape -------------------------------------------------------------------------------------------------------------
    "shape.no_such_column": ErrorKind(
        "The key names a column that is not there",
        "`--key` or the grain of a declaration names a column that the table has not.",
        "Correct the name; `evidence show DATASET` and the message list the columns that arrived.",
    ),
    # -- declarations ------------------------------------------------------------------------------------------------------
    "declaration.invalid": ErrorKind(
        "The declaration is not valid",
        "A YAML file under expectations/datasets has an unknown or misspelt key, a missing key, or a value of the wrong kind.",
        "Correct the line named in the message; the nearest right name is suggested.",
    ),
    "declaration.unknown_dataset": ErrorKind(
        "There is no such dataset",
        "A command names a dataset that has no declaration.",
        "Run `evidence datasets` for the list; the nearest name is suggested.",
    ),
    "setting.area": ErrorKind(
        "The setting EVIDENCE_AREA is not an area",
        "EVIDENCE_AREA names the authority whose evidence base this is, by its nine-character GSS code.",
        "Set it to a GSS code such as E08000025 (Birmingham), or unset it.",
    ),
    # -- contract ----------------------------------------------------------------------------------------------------------
    "contract.missing": ErrorKind(
        "No one has accepted a contract for this dataset",
        "A dataset has a declaration but no file under expectations/accepted.",
        'Look at the snapshot with `evidence changes DATASET`, then `evidence accept DATASET --reason "first contract"`.',
    ),
    # -- drafts ------------------------------------------------------------------------------------------------------------
    "draft.unknown_address": ErrorKind(
        "This is neither an address nor a file",
        "`evidence new` was given something that is no address of the web and no file or folder of this machine.",
        "Copy the whole address from the browser, beginning with https://, or give the path of a file.",
    ),
    "draft.several_parts": ErrorKind(
        "The address holds several files, or none that is a table",
        "`evidence new` was given a page, a package or a release with more than one file that could be meant, or with none that it reads.",
        "Say which with `--part`: its name, or a regular expression of it; '.' stands for all resources of a portal's package.",
    ),
    "draft.incomplete": ErrorKind(
        "The address does not say all that the source needs",
        "`evidence new` was given an address that leaves out what the service has to be asked with, such as the areas of a query.",
        "Copy the address of the query itself, as the message says.",
    ),
    "draft.exists": ErrorKind(
        "There is a dataset of this name already",
        "`evidence new` would have written over a declaration, tidy SQL or a contract that is there.",
        "Give the draft another id with `--id publisher.name`, or remove the files that the message names.",
    ),
    "draft.no_table": ErrorKind(
        "What came is no table that a draft can be made of",
        "`evidence new` fetched the address, and found no rows, or no columns with a name.",
        "Open the file; where the table stands on another sheet or in a member of a zip, say which with `--part`.",
    ),
    # -- tidy --------------------------------------------------------------------------------------------------------------
    "tidy.failed": ErrorKind(
        "The tidy SQL failed",
        "The SELECT under warehouse/tidy could not run on what arrived, or its result has not the declared columns and types.",
        "Run `evidence check DATASET`; correct the SQL or the declared tidy columns.",
    ),
    "check.failed": ErrorKind(
        "A rule of the declaration does not hold",
        "Great Expectations found rows of the tidy table that break an expectation of severity critical.",
        "Read the failing rows in the run record; correct the tidy SQL, or the rule if the world has changed, and run again.",
    ),
    # -- checks ------------------------------------------------------------------------------------------------------------
    "check.empty": ErrorKind(
        "The suite would check nothing",
        "A dataset declares neither a rule nor a grain, so every table would pass.",
        "Declare the grain (the columns that name one row) or at least one rule under `expectations`.",
    ),
    "check.broken_rule": ErrorKind(
        "A rule cannot be run",
        "A rule of the declaration fails with an error instead of a verdict: a column is missing, types do not compare, or its SQL does not run.",
        "Correct the rule or the tidy SQL as the message says, then run `evidence check DATASET`.",
    ),
    # -- indicators --------------------------------------------------------------------------------------------------------
    "indicator.invalid": ErrorKind(
        "The definition of an indicator is not valid",
        "An indicator or a source of a strategy figure has an unknown, missing or misspelt key, or reads a dataset it does not name.",
        "Correct the line named in the message; the nearest right name is suggested.",
    ),
    "indicator.wrong_rows": ErrorKind(
        "An indicator gives rows that it may not give",
        "Its SELECT lacks a column, gives two rows of one area and period, a row without an area or period, or a level that its head does not name.",
        "Correct the SELECT or the head of the file; until then the indicator has no values, and everything else is published.",
    ),
}
