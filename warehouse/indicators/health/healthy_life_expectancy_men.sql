-- title: Healthy life expectancy of men
-- meaning: Years that a boy born now would live in good health at today's rates.
-- unit: years
-- better: higher
-- levels: local_authority, county, combined_authority, region, country
-- sources: ons.subnational_indicators
-- informs: equality, gender, deprivation
-- interval: none
-- decimals: 1
-- caveat: Subnational Indicators Explorer, edition of August 2022: one period each.

select
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end, value, status, marker
from ons.subnational_indicators
where measure = 'healthy_life_expectancy_male'
