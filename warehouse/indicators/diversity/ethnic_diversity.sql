-- title: Ethnic diversity of an area
-- meaning: Chance that two residents picked at random are of different broad ethnic groups (Simpson's index over five groups): 0 where all
--   are of one group, 0.8 where all five are of equal size.
-- unit: index 0 to 1
-- better: neither
-- levels: local_authority, ward, msoa, lsoa
-- sources: ons.ethnic_group, ons.area_lookup
-- informs: connect, demographics, segregation
-- interval: none
-- decimals: 3
-- caveat: Diversity within an area says nothing of whether people meet.
-- caveat: Counts of 2021 are perturbed to protect people: small areas are uncertain by a few residents.

select
    part.area_code, any_value(part.area_name) as area_name, part.area_level, part.area_vintage, part.period, part.period_start,
        part.period_end,
    1 - sum(power(part.residents / everyone.residents, 2)) as value
from mart.census_groups as part
join mart.census_groups as everyone using (period, method, area_level, area_vintage, area_code)
where everyone.group_name = 'All' and everyone.residents > 0 and part.group_name in ('White', 'Asian', 'Black', 'Mixed', 'Other')
    and part.method in ('as published', 'official best fit of LSOAs') and part.area_level <> 'oa'
group by part.area_code, part.area_level, part.area_vintage, part.period, part.period_start, part.period_end
