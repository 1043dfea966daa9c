-- title: Unemployment rate
-- meaning: Share of economically active residents aged 16 and over who are unemployed, as modelled for local areas.
-- unit: percent
-- better: lower
-- levels: local_authority, county, combined_authority, region, country
-- sources: ons.local_unemployment
-- informs: inclusive_growth, employment
-- interval: published
-- decimals: 1
-- caveat: Modelled from the survey and the claimant count: not the survey's own rate, which the strategy quotes.

select
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end, value, lower_ci, upper_ci, status, marker
from ons.local_unemployment
where measure = 'unemployment_rate'
