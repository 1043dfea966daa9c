-- title: Children in need
-- meaning: Children in need for every 10,000 children.
-- unit: per 10,000
-- better: lower
-- levels: local_authority, region, country
-- sources: dfe.local_authority_measures
-- informs: young_people, neighbourhoods, disadvantaged_youth
-- interval: none
-- decimals: 1
-- caveat: From the department's Local Authority Interactive Tool, which takes over figures from several releases; the school year is named
--   by its end.
-- caveat: Need that the council knows of: more may mean better help.

select
    'all' as breakdown,
    area_code, area_name, area_level, null as area_vintage, period,
    coalesce(period_start, make_date(try_cast(period as integer), 1, 1)) as period_start,
    coalesce(period_end, make_date(try_cast(period as integer), 1, 31)) as period_end,
    value, status, marker
from dfe.local_authority_measures
where measure = 'CIN'
