-- title: Religious diversity of an area
-- meaning: Chance that two residents picked at random, of those who answered, are of different religions (no religion is one).
-- unit: index 0 to 1
-- better: neither
-- levels: local_authority, ward
-- sources: ons.religion, ons.area_lookup
-- informs: connect, culture_and_sport, segregation
-- interval: none
-- decimals: 3
-- caveat: Diversity within an area says nothing of whether people meet.

with parts as (
    select ward.to_code as area_code, any_value(ward.to_name) as area_name, ward.to_vintage as area_vintage, religion.period,
        religion.period_start,
        religion.period_end, religion.religion, sum(religion.value) as residents
    from ons.religion as religion
    join ons.area_lookup as ward on ward.from_code = religion.area_code and ward.lookup = 'lsoa21_wd22'
    where religion.religion_kind = 'detailed' and religion.religion <> 'Not answered'
    group by ward.to_code, ward.to_vintage, religion.period, religion.period_start, religion.period_end, religion.religion
),

everywhere as (
    from parts
    union all by name
    select mart.home_area() as area_code, '${area_name}' as area_name, '2021' as area_vintage, period, period_start, period_end, religion,
        sum(residents) as residents
    from parts
    group by period, period_start, period_end, religion
)

select
    area_code, any_value(area_name) as area_name, if(area_code = mart.home_area(), 'local_authority', 'ward') as area_level, area_vintage,
    period,
    period_start, period_end,
    1 - sum(power(residents, 2)) / power(sum(residents), 2) as value
from everywhere
group by area_code, area_vintage, period, period_start, period_end
