-- title: Pupils with free school meals
-- meaning: Share of pupils known to be eligible for and claiming free school meals.
-- unit: percent
-- better: lower
-- levels: local_authority, region, country
-- sources: dfe.local_authority_measures
-- informs: young_people, inclusive_growth, deprivation
-- interval: none
-- decimals: 1
-- caveat: From the department's Local Authority Interactive Tool, which takes over figures from several releases; the school year is named
--   by its end.
-- caveat: Since April 2018 pupils keep their entitlement while Universal Credit comes in, so that the share grows of itself.
-- break: 2018-04-01 pupils keep their entitlement through the change to Universal Credit

select
    case measure when 'PriFSM' then 'Primary' when 'SecFSM' then 'Secondary' end as breakdown,
    area_code, area_name, area_level, null as area_vintage, period,
    coalesce(period_start, make_date(try_cast(period as integer), 1, 1)) as period_start,
    coalesce(period_end, make_date(try_cast(period as integer), 1, 31)) as period_end,
    value, status, marker
from dfe.local_authority_measures
where measure in ('PriFSM', 'SecFSM')
