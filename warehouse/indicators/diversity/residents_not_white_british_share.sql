-- title: Residents who are not White British
-- meaning: Share of usual residents whose ethnic group is other than White English, Welsh, Scottish, Northern Irish or British.
-- unit: percent
-- better: neither
-- levels: local_authority, ward, msoa, lsoa, oa
-- sources: ons.ethnic_group, ons.area_lookup
-- informs: mainstream, demographics
-- numerator: Residents outside the White British group
-- denominator: All usual residents
-- interval: none
-- caveat: Published for all small areas in 2011; for the city alone in 2021 as held here.
-- caveat: Wards are sums of LSOAs by the official best fit; mart.ward_fit says what the fit moves.

select
    area_code, any_value(area_name) as area_name, area_level, area_vintage, period, period_start, period_end,
    sum(residents) filter (where group_name in ('Not White British')) as numerator,
    sum(residents) filter (where group_name = 'All') as denominator
from mart.census_groups
where method in ('as published', 'official best fit of LSOAs')
group by area_code, area_level, area_vintage, period, period_start, period_end
having numerator is not null
