-- title: Conceptions under 18
-- meaning: Conceptions for every 1,000 girls aged 15 to 17.
-- unit: per 1,000
-- better: lower
-- levels: local_authority, region, country
-- sources: dfe.local_authority_measures
-- informs: young_people, gender, disadvantaged_youth
-- interval: none
-- decimals: 1
-- caveat: From the department's Local Authority Interactive Tool, which takes over figures from several releases; the school year is named
--   by its end.

select
    'all' as breakdown,
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end, value, status, marker
from dfe.local_authority_measures
where measure = 'Under18concep' and period_end is not null
