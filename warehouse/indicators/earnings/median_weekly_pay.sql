-- title: Median weekly pay
-- meaning: Median gross weekly pay of employees.
-- unit: pounds
-- better: higher
-- levels: local_authority, county, combined_authority, region, country
-- sources: ons.subnational_indicators
-- informs: inclusive_growth, employment
-- interval: none
-- decimals: 1
-- caveat: Subnational Indicators Explorer, edition of August 2022: one period each.

select
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end, value, status, marker
from ons.subnational_indicators
where measure = 'median_weekly_pay'
