-- title: Pupils entered for the English Baccalaureate
-- meaning: Share of pupils at the end of key stage 4 entered for all subjects of the English Baccalaureate.
-- unit: percent
-- better: higher
-- levels: local_authority, region, country
-- sources: dfe.local_authority_measures
-- informs: young_people, education
-- interval: none
-- decimals: 1
-- caveat: From the department's Local Authority Interactive Tool, which takes over figures from several releases; the school year is named
--   by its end.
-- caveat: Entered, not achieved: the strategy prints the share that achieved it.

select
    'all' as breakdown,
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end, value, status, marker
from dfe.local_authority_measures
where measure = 'EngBacEntries' and period_end is not null
