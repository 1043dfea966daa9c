-- title: Index of dissimilarity between residents who are not White and White residents, over the 132 MSOAs of 2021
-- meaning: Index of dissimilarity between residents who are not White and White residents in the city: share of either group that would
--   have to move for both to be spread alike, over the 132 MSOAs of 2021.
-- unit: index 0 to 1
-- better: lower
-- levels: local_authority
-- sources: ons.ethnic_group, ons.area_lookup
-- informs: connect, segregation
-- interval: none
-- decimals: 3
-- caveat: Level, boundaries and method are part of this indicator: the smaller the areas, the higher the index. Never set it beside one of
--   another level.
-- caveat: Counts of 2021 are perturbed to protect people, which raises the index of small areas a little.

select
    mart.home_area() as area_code, areas.area_name, 'local_authority' as area_level, segregation.area_vintage, segregation.period,
    areas.period_start, areas.period_end,
    segregation.dissimilarity as value
from mart.segregation as segregation
join mart.census_groups as areas on areas.area_code = mart.home_area() and areas.period = segregation.period and areas.group_name = 'All'
where segregation.group_name = 'Not White' and segregation.compared_with = 'White'
    and segregation.area_level = 'msoa' and segregation.area_vintage = '2021'
