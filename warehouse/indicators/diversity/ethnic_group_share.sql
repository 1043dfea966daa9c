-- title: Residents by broad ethnic group
-- meaning: Share of usual residents in each of the five broad ethnic groups that both censuses have.
-- unit: percent
-- better: neither
-- levels: local_authority, ward, msoa, lsoa
-- sources: ons.ethnic_group, ons.area_lookup
-- informs: mainstream, demographics
-- numerator: Residents of the group
-- denominator: All usual residents
-- interval: none
-- caveat: Counts of 2021 are perturbed to protect people: small areas are uncertain by a few residents.
-- caveat: Wards are sums of LSOAs by the official best fit; mart.ward_fit says what the fit moves.

select
    part.group_name as breakdown, part.area_code, part.area_name, part.area_level, part.area_vintage, part.period, part.period_start,
        part.period_end,
    part.residents as numerator, everyone.residents as denominator
from mart.census_groups as part
join mart.census_groups as everyone using (period, method, area_level, area_vintage, area_code)
where everyone.group_name = 'All' and part.group_name in ('White', 'Asian', 'Black', 'Mixed', 'Other')
    and part.method in ('as published', 'official best fit of LSOAs') and part.area_level <> 'oa'
