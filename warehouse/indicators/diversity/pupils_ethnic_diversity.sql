-- title: Ethnic diversity of pupils
-- meaning: Chance that two pupils picked at random are of different ethnic groups (Simpson's index over the groups of the school census).
-- unit: index 0 to 1
-- better: neither
-- levels: local_authority, region, country
-- sources: dfe.pupils_ethnicity_language
-- informs: young_people, connect, demographics
-- interval: none
-- decimals: 3
-- caveat: Of all pupils of an authority together: schools may be less mixed.
-- caveat: Until 2016/17 most children under five are left out.
-- break: 2017-09-01 nurseries and the youngest in primary schools came into the count; shares moved with it

select
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end,
    1 - sum(power(value, 2)) filter (where characteristic = 'ethnicity') / power(sum(value) filter (where characteristic = 'ethnicity'),
        2) as value
from dfe.pupils_ethnicity_language
where measure = 'pupils' and school_type = 'Total' and category <> 'Unclassified'
group by area_code, area_name, area_level, period, period_start, period_end
having count(*) = count(value)
