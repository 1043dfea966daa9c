-- title: Children above a healthy weight in year 6
-- meaning: Share of children in year 6 who are overweight or obese.
-- unit: percent
-- better: lower
-- levels: local_authority, region, country
-- sources: dfe.local_authority_measures
-- informs: young_people, culture_and_sport, deprivation
-- interval: none
-- decimals: 1
-- caveat: From the department's Local Authority Interactive Tool, which takes over figures from several releases; the school year is named
--   by its end.
-- caveat: The strategy counts on sport to bring people together; this is one of the few open measures of its effect on health.

select
    'all' as breakdown,
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end, value, status, marker
from dfe.local_authority_measures
where measure = 'ExcessYr6' and period_end is not null
