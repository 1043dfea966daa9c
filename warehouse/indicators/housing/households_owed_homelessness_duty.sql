-- title: Households owed a homelessness duty
-- meaning: Households that the authority assessed and owes a duty to prevent or relieve homelessness, for every 1,000 households, in a
--   quarter.
-- unit: per 1,000 households
-- better: lower
-- levels: local_authority, region, country
-- sources: mhclg.homelessness
-- informs: rights, housing
-- numerator: Households owed the duty
-- denominator: Households
-- interval: byar
-- per: 1000
-- decimals: 2
-- caveat: A quarter, not a year. Before April 2018 another law counted other households.

select
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end,
    sum(value) filter (where measure = 'owed_a_duty') as numerator,
    sum(value) filter (where measure = 'households_in_area') as denominator
from mhclg.homelessness
where measure in ('owed_a_duty', 'households_in_area')
group by area_code, area_name, area_level, period, period_start, period_end
having count(value) = 2
