-- title: Infant mortality
-- meaning: Deaths under one year of age for every 1,000 live births.
-- unit: per 1,000 live births
-- better: lower
-- levels: local_authority, region, country
-- sources: dfe.local_authority_measures
-- informs: equality, deprivation
-- interval: none
-- decimals: 1
-- caveat: From the department's Local Authority Interactive Tool, which takes over figures from several releases; the school year is named
--   by its end.
-- caveat: Over three years, named by the last.

select
    'all' as breakdown,
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end, value, status, marker
from dfe.local_authority_measures
where measure = 'InfMort' and period_end is not null
