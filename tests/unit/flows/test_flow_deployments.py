"""`prefect.yaml` is what the declarations give, and Prefect takes every line of it; what it would take in silence is found."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from expectations.declaration import DATASETS, all_ids, load
from flows import deployments, polling
from flows.settings import TIMEZONE


def test_prefect_yaml_is_in_step_with_the_declarations() -> None:
    assert deployments.in_step(), "run `evidence deployments --write`"


def test_prefect_takes_every_schedule_entrypoint_and_parameter() -> None:
    assert deployments.problems() == ()


def test_there_is_one_deployment_a_dataset_and_one_that_watches() -> None:
    content = yaml.safe_load(deployments.PREFECT_YAML.read_text(encoding="utf-8"))
    assert [entry["name"] for entry in content["deployments"]] == [*all_ids(), deployments.WATCH]
    assert [entry["parameters"] for entry in content["deployments"]] == [*({"datasets": [dataset]} for dataset in all_ids()), {}]


def test_our_lists_of_keys_are_those_of_prefect() -> None:
    from prefect.cli.deploy._models import DeploymentConfig, PrefectYamlModel, RawScheduleConfig, WorkPoolConfig

    known = {"prefect-version" if name == "prefect_version" else name for name in PrefectYamlModel.model_fields}
    assert known >= deployments.TOP_KEYS
    assert set(DeploymentConfig.model_fields) >= deployments.DEPLOYMENT_KEYS
    assert set(WorkPoolConfig.model_fields) >= deployments.WORK_POOL_KEYS
    assert set(RawScheduleConfig.model_fields) >= deployments.SCHEDULE_KEYS


def test_every_schedule_keeps_its_local_time_over_both_clock_changes() -> None:
    for dataset in map(load, all_ids()):
        for schedule in polling.schedules(dataset):
            assert deployments.clock_problems(schedule, TIMEZONE, 2027) == (), dataset.id


def test_only_what_was_never_seen_has_no_schedule() -> None:
    for dataset in map(load, all_ids()):
        assert bool(polling.schedules(dataset)) == (dataset.state == "verified"), dataset.id


def test_a_run_at_0935_is_at_0935_in_summer_and_winter() -> None:
    assert deployments.clock_problems({"cron": "35 9 * * *"}, TIMEZONE, 2027) == ()


@pytest.mark.parametrize(("cron", "wrong"), [("30 1 * * *", "2027-03-28 01:30"), ("*/20 1 28 3 *", "2027-03-28 01:")])
def test_a_run_in_the_hour_that_the_clock_skips_is_a_problem(cron: str, wrong: str) -> None:
    assert wrong in " ".join(deployments.clock_problems({"cron": cron}, TIMEZONE, 2027))


@pytest.mark.parametrize(
    ("place", "value", "problem"),
    [
        (("deployments", 0, "paramters"), {}, "unknown key 'paramters'"),
        (("deployments", 0, "work_pool", "nam"), "x", "unknown key 'nam' in work_pool"),
        (("deployments", 0, "schedules", 0, "time_zone"), "x", "unknown key 'time_zone' in schedules"),
        (("deploymets",), [], "unknown key 'deploymets' at the top"),
        (("deployments", 0, "entrypoint"), "flows/ingest.py:ingst", "does not load"),
        (("deployments", 0, "entrypoint"), "flows/nowhere.py:ingest", "does not load"),
        (("deployments", 0, "parameters"), {"dataset": ["x"]}, "does not take its parameters"),
        (("deployments", 0, "parameters"), {"datasets": [["x"]]}, "does not take its parameters"),
        (("deployments", 0, "parameters"), {}, "does not take its parameters"),
        (("deployments", 1, "schedules", 0, "cron"), "35 9 * *", "does not take the schedule"),
        (("deployments", 0, "schedules", 0, "rrule"), "DTSTART:20260910\nRRULE:FREQ=FORTNIGHTLY", "does not take the schedule"),
        (("deployments", 1, "schedules", 0, "parameters"), {"awaiting": True}, "does not take its parameters"),
        (("deployments", 0, "schedules", 0, "timezone"), "Europe/Lundon", "does not take the schedule"),
        (("deployments", 0, "schedules", 0, "timezone"), None, "names no timezone"),
        (("deployments", 1, "name"), "dfe.pupil_attendance", "stands twice"),
        (("deployments", 0, "schedules"), [], "missing key 'schedules'"),
    ],
)
def test_what_prefect_would_take_in_silence_is_found(tmp_path: Path, place: tuple[object, ...], value: object, problem: str) -> None:
    content = yaml.safe_load(deployments.render([load("dfe.pupil_attendance"), load("ons.population")]))
    at = content
    for step in place[:-1]:
        at = at[step]
    at[place[-1]] = value
    path = tmp_path / "prefect.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    assert problem in " ".join(deployments.problems(path))


def test_a_new_declaration_puts_the_file_out_of_step_until_it_is_written(tmp_path: Path) -> None:
    folder, path = tmp_path / "datasets", tmp_path / "prefect.yaml"
    first, second = all_ids()[:2]
    for dataset in (first, second):
        publisher, name = dataset.split(".")
        (folder / publisher).mkdir(parents=True, exist_ok=True)
        if dataset == first:
            shutil.copy(DATASETS / publisher / f"{name}.yaml", folder / publisher)
    assert deployments.write(path, folder)
    assert deployments.in_step(path, folder)
    assert not deployments.write(path, folder)
    publisher, name = second.split(".")
    shutil.copy(DATASETS / publisher / f"{name}.yaml", folder / publisher)
    assert not deployments.in_step(path, folder)
    assert deployments.write(path, folder)
    declared = yaml.safe_load(path.read_text(encoding="utf-8"))["deployments"]
    assert {entry["name"] for entry in declared} == {first, second, deployments.WATCH}
