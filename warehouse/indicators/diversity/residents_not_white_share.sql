-- title: Residents who are not White
-- meaning: Share of usual residents whose ethnic group is not one of the White groups: the strategy's 42.1 % of 2011.
-- unit: percent
-- better: neither
-- levels: local_authority, ward, msoa, lsoa, oa
-- sources: ons.ethnic_group, ons.area_lookup
-- informs: mainstream, demographics
-- numerator: Residents outside the White groups
-- denominator: All usual residents
-- interval: none
-- caveat: White takes in White Irish, Gypsy or Traveller, Roma and other White groups: this is not the share that is other than White
--   British.
-- caveat: Counts of 2021 are perturbed to protect people: small areas are uncertain by a few residents.
-- caveat: Wards are sums of LSOAs by the official best fit; mart.ward_fit says what the fit moves.

select
    area_code, any_value(area_name) as area_name, area_level, area_vintage, period, period_start, period_end,
    sum(residents) filter (where group_name in ('Not White')) as numerator,
    sum(residents) filter (where group_name = 'All') as denominator
from mart.census_groups
where method in ('as published', 'official best fit of LSOAs')
group by area_code, area_level, area_vintage, period, period_start, period_end
having numerator is not null
