-- title: Employment rate
-- meaning: Share of residents aged 16 to 64 in employment.
-- unit: percent
-- better: higher
-- levels: local_authority, county, combined_authority, region, country
-- sources: ons.local_employment
-- informs: inclusive_growth, employment
-- interval: published
-- decimals: 1
-- caveat: From a survey, reweighted from time to time: past values are revised. Use the interval.

select
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end, value, lower_ci, upper_ci, status, marker
from ons.local_employment
where measure = 'employment_rate'
