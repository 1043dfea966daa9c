-- title: Suspensions from school
-- meaning: Suspensions for every 100 pupils in a school year; a pupil may be suspended more than once.
-- unit: per 100 pupils
-- better: lower
-- levels: local_authority, region, country
-- sources: dfe.local_authority_measures
-- informs: rights, young_people, disadvantaged_youth
-- interval: none
-- decimals: 2
-- caveat: From the department's Local Authority Interactive Tool, which takes over figures from several releases; the school year is named
--   by its end.
-- break: 2019-09-01 schools were closed to most pupils for parts of 2020 and 2021
-- break: 2021-09-01 schools were open again to all pupils

select
    case measure when 'TotFixedEx' then 'all' when 'PriFixedEx' then 'Primary' when 'SecFixedEx' then 'Secondary' end as breakdown,
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end, value, status, marker
from dfe.local_authority_measures
where measure in ('TotFixedEx', 'PriFixedEx', 'SecFixedEx') and period_end is not null
