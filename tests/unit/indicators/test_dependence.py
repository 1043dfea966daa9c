"""What a dataset's change puts at risk: indicators, tables of the mart, figures of the strategy."""

from __future__ import annotations

from warehouse.dependence import KINDS, dependants
from warehouse.indicators import load_all


def named(dataset: str, column: str | None = None) -> set[str]:
    return {f"{one.kind} {one.name}" for one in dependants(dataset, column)}


def test_a_dataset_names_all_that_is_built_on_it() -> None:
    found = named("mhclg.deprivation")
    assert {"indicator lsoas_most_deprived_twentieth", "table mart.ward_deprivation", "strategy figure imd_lsoa_top5"} <= found
    assert not any("residents_not_white_share" in name for name in found)


def test_what_is_built_on_a_table_of_the_mart_is_built_on_its_datasets() -> None:
    assert {"indicator dissimilarity_not_white_69_wards", "table mart.segregation", "strategy figure dissimilarity_index"} <= named(
        "ons.ethnic_group"
    )
    assert "indicator dissimilarity_not_white_69_wards" in named("ons.area_lookup")


def test_a_column_names_only_what_reads_it() -> None:
    assert "indicator lsoas_most_deprived_tenth" in named("mhclg.deprivation", "district_code")
    assert "indicator ward_average_deprivation_rank" not in named("mhclg.deprivation", "district_code")
    assert "indicator dissimilarity_not_white_lsoas_2011" in named("ons.ethnic_group", "group_kind"), (
        "through the table that it is built on"
    )
    assert named("mhclg.deprivation", "no_such_column") == set()


def test_a_dataset_that_nothing_is_built_on_has_no_dependants() -> None:
    assert dependants("ons.nothing") == ()


def test_every_indicator_depends_on_its_sources() -> None:
    built_on = {source: named(source) for source in {source for indicator in load_all() for source in indicator.sources}}
    for indicator in load_all():
        for source in indicator.sources:
            assert f"indicator {indicator.name}" in built_on[source]
    assert {one.kind for one in dependants("ons.ethnic_group")} <= set(KINDS)
