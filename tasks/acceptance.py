"""An acceptance in the making: the contract stands aside in the home until its snapshot has landed, and only then in the checkout.

All or nothing, also where the process is killed: what a dead acceptance left aside is finished where its landing counts already, and dropped where
it does not. Refuses to touch an acceptance that another process is at, and one that belongs to another checkout.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from expectations import contract as contracts
from expectations.contract import Contract
from expectations.declaration import Dataset
from expectations.errors import EvidenceError
from tasks.atomic import aside, replace_bytes, replace_text
from tasks.decisions import keep_only
from tasks.locks import lock
from tasks.proposal import path_of as proposal_of
from tasks.tables import table_of
from tasks.tidy import SQL
from warehouse.home import Home
from warehouse.lake import vintages


@contextmanager
def alone(home: Home, dataset: str) -> Iterator[None]:
    """One acceptance of a dataset at a time. Raises `lock.busy`."""
    with lock(home, f"accept.{dataset}", f"accepting {dataset}"):
        yield


def put_aside(home: Home, contract: Contract, target: Path) -> Path:
    """Write the contract aside, with where it is to stand. Returns the folder of contracts that a landing can be given in place of the checkout's.

    Raises `accept.not_landed` where the checkout cannot be written to: nothing lands whose contract could not be kept.
    """
    _refuse_unwritable(target, contract.dataset)
    folder = _folder(home)
    replace_text(_note(home, contract.dataset), str(target))
    replace_text(contracts.path_of(contract.dataset, folder), contracts.text(contract))  # last: with it the acceptance has begun
    return folder


def finish(home: Home, dataset: str, target: Path) -> None:
    """Bring the contract to its place: its snapshot has landed."""
    replace_text(target, contracts.path_of(dataset, _folder(home)).read_text(encoding="utf-8"))
    keep_only(home, dataset, ())
    drop(home, dataset)


def drop(home: Home, dataset: str) -> None:
    """Remove what stands aside."""
    contracts.path_of(dataset, _folder(home)).unlink(missing_ok=True)
    _note(home, dataset).unlink(missing_ok=True)


def recover(dataset: Dataset, home: Home, accepted: Path, sql: Path = SQL) -> bool:
    """End what a process that died in the middle of accepting left: whether it left something. `accepted` is this checkout's folder of contracts."""
    target = contracts.path_of(dataset.id, accepted)
    if not begun(home, dataset.id, target):
        return False
    try:
        with lock(home, f"accept.{dataset.id}", f"ending an acceptance of {dataset.id}", wait=0):
            return _recovered(dataset, home, target, sql)
    except EvidenceError as error:
        if error.code != "lock.busy":  # it is not dead: a person is accepting this minute
            raise
        return False


def begun(home: Home, dataset: str, target: Path | None = None) -> bool:
    """Whether an acceptance of this dataset (into this file) has begun and not ended."""
    note = _note(home, dataset)
    there = note.exists() and contracts.path_of(dataset, _folder(home)).exists()
    return there and (target is None or note.read_text(encoding="utf-8") == str(target))


@contextmanager
def as_it_was(home: Home, dataset: str) -> Iterator[None]:
    """Put the hold, what was accepted in parts and the proposal back as they were, should the block raise."""
    paths = (home.hold(dataset), home.accepted(dataset), proposal_of(home, dataset))
    before = {path: path.read_bytes() if path.exists() else None for path in paths}
    try:
        yield
    except EvidenceError:
        for path, content in before.items():
            if content is None:
                path.unlink(missing_ok=True)
            elif not path.exists() or path.read_bytes() != content:
                replace_bytes(path, content)
        raise


def _refuse_unwritable(target: Path, dataset: str) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with aside(target) as trial:
            trial.write_bytes(b"")
    except OSError as error:
        raise EvidenceError(
            "accept.not_landed",
            where=str(target),
            expected="a checkout that can be written to",
            found=str(error),
            todo="Accept in a checkout of your own, commit the contract and deploy it.",
            dataset=dataset,
        ) from error


def _recovered(dataset: Dataset, home: Home, target: Path, sql: Path) -> bool:
    contract = contracts.load(dataset.id, _folder(home)) if begun(home, dataset.id, target) else None
    if contract is None:
        return False
    fingerprint = table_of(dataset, contract, sql).contract
    if any(vintage.contract == fingerprint for vintage in vintages(home, dataset.id)):
        finish(home, dataset.id, target)
    else:
        drop(home, dataset.id)
    return True


def _folder(home: Home) -> Path:
    return home.state / "accepting"


def _note(home: Home, dataset: str) -> Path:
    """Where the file is named in which the contract is to stand."""
    return contracts.path_of(dataset, _folder(home)).with_suffix(".target")
