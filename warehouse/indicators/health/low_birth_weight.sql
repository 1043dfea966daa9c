-- title: Babies of low birth weight
-- meaning: Share of babies born at full term who weigh under 2,500 grams.
-- unit: percent
-- better: lower
-- levels: local_authority, region, country
-- sources: dfe.local_authority_measures
-- informs: equality, deprivation
-- interval: none
-- decimals: 2
-- caveat: From the department's Local Authority Interactive Tool, which takes over figures from several releases; the school year is named
--   by its end.

select
    'all' as breakdown,
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end, value, status, marker
from dfe.local_authority_measures
where measure = 'Low_Birth_Weight_Babies' and period_end is not null
