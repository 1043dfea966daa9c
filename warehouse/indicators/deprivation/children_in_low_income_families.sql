-- title: Children in low income families
-- meaning: Share of children under 16 who live in families of relative low income.
-- unit: percent
-- better: lower
-- levels: local_authority, region, country
-- sources: dfe.local_authority_measures
-- informs: young_people, inclusive_growth, deprivation
-- interval: none
-- decimals: 1
-- caveat: From the department's Local Authority Interactive Tool, which takes over figures from several releases; the school year is named
--   by its end.
-- caveat: As the tool prints it; it does not say whether before or after housing costs. Do not join to the measure after housing costs.

select
    'all' as breakdown,
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end, value, status, marker
from dfe.local_authority_measures
where measure = 'ChildPov' and period_end is not null
