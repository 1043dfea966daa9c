-- title: Young people who offend again
-- meaning: Share of young people who offended again within a year.
-- unit: percent
-- better: lower
-- levels: local_authority, region, country
-- sources: dfe.local_authority_measures
-- informs: rights, disadvantaged_youth
-- interval: none
-- decimals: 1
-- caveat: From the department's Local Authority Interactive Tool, which takes over figures from several releases; the school year is named
--   by its end.

select
    case measure when 'ReoffYO' then 'all' when 'ReoffYO15-17' then 'aged 15 to 17' end as breakdown,
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end, value, status, marker
from dfe.local_authority_measures
where measure in ('ReoffYO', 'ReoffYO15-17') and period_end is not null
