-- title: Young people who begin an apprenticeship after 16
-- meaning: Share of pupils who were in an apprenticeship for two terms after key stage 4.
-- unit: percent
-- better: neither
-- levels: local_authority, region, country
-- sources: dfe.local_authority_measures
-- informs: young_people, inclusive_growth, employment
-- interval: none
-- decimals: 1
-- caveat: From the department's Local Authority Interactive Tool, which takes over figures from several releases; the school year is named
--   by its end.

select
    'all' as breakdown,
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end, value, status, marker
from dfe.local_authority_measures
where measure = 'KS4_DES_Apprentice' and period_end is not null
