-- title: Output per hour worked
-- meaning: Gross value added for each hour worked in the area.
-- unit: pounds
-- better: higher
-- levels: local_authority, county, combined_authority, region, country
-- sources: ons.subnational_indicators
-- informs: inclusive_growth, employment
-- interval: none
-- decimals: 1
-- caveat: Subnational Indicators Explorer, edition of August 2022: one period each.
-- caveat: Of workplaces, not residents.

select
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end, value, status, marker
from ons.subnational_indicators
where measure = 'gva_per_hour'
