-- title: Children admitted to hospital for mental health
-- meaning: Hospital admissions for mental health conditions, for every 100,000 aged 0 to 17.
-- unit: per 100,000
-- better: lower
-- levels: local_authority, region, country
-- sources: dfe.local_authority_measures
-- informs: young_people, mental_health
-- interval: none
-- decimals: 1
-- caveat: From the department's Local Authority Interactive Tool, which takes over figures from several releases; the school year is named
--   by its end.
-- caveat: Beds and thresholds move it as well as need.

select
    'all' as breakdown,
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end, value, status, marker
from dfe.local_authority_measures
where measure = 'CMH_0-17yrs' and period_end is not null
