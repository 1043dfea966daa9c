-- title: People on zero-hours contracts in the West Midlands
-- meaning: Share of people in employment in the region who are on zero-hours contracts.
-- unit: percent
-- better: lower
-- levels: region
-- sources: ons.zero_hours_contracts
-- informs: inclusive_growth, employment
-- numerator: People on zero-hours contracts
-- denominator: People in employment
-- interval: none
-- caveat: By day of release: August tells of April to June. From a survey; no authority is published.
-- caveat: The dataset behind it was never seen live; its first run proposes a contract, and a person accepts it.

select
    'E12000005' as area_code, area_name, 'region' as area_level, null as area_vintage, period,
    try_cast(period as date) as period_start, try_cast(period as date) as period_end,
    max(value) filter (where measure = 'share_on_zero_hours') as value,
    max(value) filter (where measure = 'people_on_zero_hours') as numerator,
    null::double as denominator
from ons.zero_hours_contracts
where area_name = 'West Midlands'
group by area_name, period
