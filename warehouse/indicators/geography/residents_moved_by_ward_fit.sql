-- title: Residents whom the best fit of LSOAs gives to another ward
-- meaning: Share of residents whose output area lies in another ward than the one that the official best fit gives their LSOA to: how far
--   figures of wards that are sums of LSOAs are from the wards themselves.
-- unit: percent
-- better: lower
-- levels: local_authority
-- sources: mhclg.deprivation, ons.ethnic_group, ons.area_lookup
-- informs: neighbourhoods, mainstream, segregation
-- numerator: Residents (2011) of output areas that lie, for the most part, in another ward
-- denominator: All residents (2011)
-- interval: none
-- caveat: By lookup: to the 40 wards until 2018, and to the 69 since. The fit of LSOAs of 2021 is measured with residents of 2011, and
--   without the LSOAs that were split.
-- caveat: By area of generalised boundaries, not by addresses.

select
    lookup as breakdown, mart.home_area() as area_code, '${area_name}' as area_name, 'local_authority' as area_level, area_vintage,
        '2011' as period,
    date '2011-03-27' as period_start, date '2011-03-27' as period_end, moved as numerator, residents as denominator
from mart.ward_fit
where area_code = 'all'
