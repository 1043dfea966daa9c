-- title: Pupils with grade 4 or above in English and mathematics
-- meaning: Share of pupils at the end of key stage 4 with grade 9 to 4 in GCSE English and mathematics.
-- unit: percent
-- better: higher
-- levels: local_authority, region, country
-- sources: dfe.local_authority_measures
-- informs: young_people, education
-- interval: none
-- decimals: 1
-- caveat: From the department's Local Authority Interactive Tool, which takes over figures from several releases; the school year is named
--   by its end.
-- caveat: A* to C until 2016 is another measure and not part of this series.
-- break: 2019-09-01 grades were given by schools and not by examination in 2020 and 2021
-- break: 2021-09-01 examinations were held again

select
    'all' as breakdown,
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end, value, status, marker
from dfe.local_authority_measures
where measure = 'EngMaths9-4' and period_end is not null
