"""Another authority changes one setting."""

from __future__ import annotations

import pytest

from expectations.declaration import all_ids, load
from expectations.errors import EvidenceError
from expectations.place import Place, home_place

LEEDS = "E08000035"


def test_birmingham_is_the_place_where_nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVIDENCE_AREA", raising=False)
    assert home_place() == Place("E08000025", "Birmingham", ("330",))


def test_one_setting_moves_every_query_title_and_rule_to_another_authority(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVIDENCE_AREA", LEEDS)
    assert home_place() == Place(LEEDS, "Leeds", ("383",))
    for name in all_ids():
        if name.startswith("council."):  # a council's own datasets are declared by that council
            continue
        dataset = load(name)
        said = dataset.title + dataset.source.model_dump_json() + " ".join(rule.sentence for rule in dataset.rules)
        assert "E08000025" not in said, f"{name} still asks for Birmingham"
        assert "${" not in said
    assert LEEDS in load("ons.ethnic_group").source.model_dump_json()
    assert "Leeds" in load("ons.area_lookup").title


def test_a_known_figure_of_one_city_binds_that_city_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVIDENCE_AREA", raising=False)
    here = len(load("mhclg.deprivation").rules)
    monkeypatch.setenv("EVIDENCE_AREA", LEEDS)
    assert len(load("mhclg.deprivation").rules) == here - 1


def test_a_code_that_the_reference_does_not_know_stands_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVIDENCE_AREA", "E07000223")
    assert home_place() == Place("E07000223", "E07000223", ())


def test_a_setting_that_is_no_code_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVIDENCE_AREA", "Birmingham")
    with pytest.raises(EvidenceError) as caught:
        home_place()
    assert caught.value.code == "setting.area"
