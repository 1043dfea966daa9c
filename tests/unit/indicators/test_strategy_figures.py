"""The strategy's figures: how a verdict comes about, and that every figure has a source that can be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from expectations.errors import EvidenceError
from warehouse.indicators import load_all
from warehouse.indicators.figures import Figure, FigureSource, Recomputed, load_sources, published, verdict_of


def figure(printed: str, value: float | None, unit: str = "percent") -> Figure:
    return Figure("some", 1, "deprivation", "Poverty", "something", "Birmingham", "2015", printed, value, unit, "", "")


@pytest.mark.parametrize(
    ("printed", "value", "unit", "ours", "verdict"),
    [
        ("21.3 %", 21.3, "percent", 21.2833, "reproduced"),
        ("42 %", 42.0, "percent", 42.0412, "reproduced"),
        ("42 %", 42.0, "percent", 42.6, "near"),
        ("42.1 %", 42.1, "percent", 42.0681, "reproduced"),
        ("42.1 %", 42.1, "percent", 46.86, "differs"),
        ("0.49", 0.49, "index 0-1", 0.4837, "near"),
        ("0.49", 0.49, "index 0-1", 0.526, "differs"),
        ("86,000 people", 86000.0, "people", 85200.0, "near"),
        ("86,000 people", 86000.0, "people", 80000.0, "differs"),
        ("-18 percentage points", -18.0, "percentage points", -17.4, "near"),
    ],
)
def test_a_verdict_sets_our_figure_rounded_beside_the_printed_one(printed: str, value: float, unit: str, ours: float, verdict: str) -> None:
    assert verdict_of(figure(printed, value, unit), FigureSource(indicator="x"), Recomputed("2015", ours, "")) == verdict


@pytest.mark.parametrize(("ours", "verdict"), [(112000.0, "reproduced"), (100000.0, "reproduced"), (99000.0, "near"), (91445.0, "differs")])
def test_a_figure_printed_as_over_is_reproduced_by_what_is_over(ours: float, verdict: str) -> None:
    source = FigureSource(indicator="x", compare="at_least")
    assert verdict_of(figure("100,000 people", 100000.0, "people"), source, Recomputed("2011", ours, "")) == verdict


@pytest.mark.parametrize(
    ("names", "verdict"),
    [
        (("Hall Green", "Edgbaston", "Stockland Green"), "reproduced"),
        (("Hall Green", "Edgbaston", "Aston"), "near"),
        (("Hall Green", "Nechells", "Aston"), "differs"),
    ],
)
def test_a_ranking_is_reproduced_by_the_same_wards_in_any_order(names: tuple[str, ...], verdict: str) -> None:
    printed = figure("Edgbaston 58.0; Hall Green -0.30; Stockland Green", None, "ranking")
    assert verdict_of(printed, FigureSource(indicator="x", compare="ranking"), Recomputed("2011", None, "", names)) == verdict


def test_every_figure_has_a_source_that_says_something() -> None:
    sources, known = load_sources(), {indicator.name for indicator in load_all()}
    assert len(published()) == len(sources) == 61
    for one in published():
        source = sources[one.figure]
        named = {source.indicator, source.latest} - {""}
        assert named <= known, one.figure
        assert source.verdict in ("", "definition unclear", "not open", "not landed"), (
            f"{one.figure}: only these are fixed, the others are worked out"
        )
        if source.verdict in ("not open", "not landed"):
            assert source.reason.endswith("."), one.figure
        if source.nearest:
            for name in source.nearest.replace(")", "(").split("(")[1::2]:
                assert name.split(";")[0].strip() in known or "_" not in name, f"{one.figure}: {name} is no indicator"


def test_figures_are_kept_as_printed() -> None:
    printed = {one.figure: one.published for one in published()}
    assert printed["ethnic_minority_share"] == "42.1 %"
    assert printed["dissimilarity_index"] == "0.49"
    assert printed["ks4_p8_bottom"] == "Longbridge -0.30; Kingstanding -0.35; Shard End -0.37"
    assert printed["economic_output"] == "£26 billion"
    assert [one.number for one in published()] == list(range(1, 62))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[pop_totl]\nindicator = "residents"', "no figure 'pop_totl'"),
        ('[pop_total]\nindicater = "residents"', "unknown key 'indicater'"),
        ('[pop_total]\nindicator = "residents"\ncompare = "roughly"', "compare 'roughly'"),
        ('[pop_total]\nindicator = "residents"\npart = "denominator"', "part 'denominator'"),
        ('[pop_total]\nverdict = "wrong"', "verdict 'wrong'"),
        ('[pop_total]\nverdict = "not open"', "a fixed verdict without a reason"),
        ('[pop_total]\nperiod = "2017"', "neither an indicator nor a verdict"),
        ('[pop_total]\nindicator = "residents"', "no source for "),
    ],
)
def test_a_faulty_source_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(EvidenceError) as refusal:
        load_sources(path)
    assert refusal.value.code == "indicator.invalid" and said in refusal.value.found
