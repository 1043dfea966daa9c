-- title: What each of the 69 wards adds to the index of dissimilarity
-- meaning: The ward's part of the index of dissimilarity between residents who are not White and White residents: half the difference
--   between its share of either group. The wards' parts add up to the index.
-- unit: index 0 to 1
-- better: lower
-- levels: ward
-- sources: ons.ethnic_group, ons.area_lookup
-- informs: neighbourhoods, segregation
-- interval: none
-- decimals: 4
-- caveat: A ward adds little where its mix is the city's, and much where it is one-sided or large.
-- caveat: Wards are sums of LSOAs by the official best fit.

select
    parts.area_code, parts.area_name, 'ward' as area_level, 'wards since 2018' as area_vintage, parts.period, census.period_start,
        census.period_end,
    parts.dissimilarity_part as value
from mart.segregation_contributions as parts
join mart.census_groups as census on census.area_code = mart.home_area() and census.period = parts.period and census.group_name = 'All'
where parts.group_name = 'Not White' and parts.compared_with = 'White' and parts.area_level = 'ward' and parts.area_vintage in ('2021',
    '2022')
    and parts.method = 'official best fit of LSOAs'
