-- title: Religious diversity of an area
-- meaning: Chance that two residents picked at random, of those who answered, are of different religions (no religion is one).
-- unit: index 0 to 1
-- better: neither
-- levels: local_authority, ward, msoa
-- sources: ons.religion, ons.area_lookup
-- informs: connect, culture_and_sport, segregation
-- interval: none
-- decimals: 3
-- caveat: Diversity within an area says nothing of whether people meet.

select
    area_code, area_name, area_level, area_vintage, period, period_start, period_end,
    1 - sum(power(value, 2)) / power(sum(value), 2) as value
from mart.census_levels('ons.religion')
where religion_kind = 'detailed' and religion <> 'Not answered' and area_level <> 'lsoa'
group by area_code, area_name, area_level, area_vintage, period, period_start, period_end
