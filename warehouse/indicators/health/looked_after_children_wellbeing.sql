-- title: Emotional difficulties of looked after children
-- meaning: Average total difficulties score of children looked after for a year or more (0 to 40; 17 and over is a cause for concern).
-- unit: score
-- better: lower
-- levels: local_authority, region, country
-- sources: dfe.local_authority_measures
-- informs: young_people, mental_health, disadvantaged_youth
-- interval: none
-- decimals: 1
-- caveat: From the department's Local Authority Interactive Tool, which takes over figures from several releases; the school year is named
--   by its end.

select
    'all' as breakdown,
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end, value, status, marker
from dfe.local_authority_measures
where measure = 'Emotional_LAC' and period_end is not null
