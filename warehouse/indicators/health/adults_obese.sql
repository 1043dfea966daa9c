-- title: Adults above a healthy weight
-- meaning: Share of adults who are overweight or obese.
-- unit: percent
-- better: lower
-- levels: local_authority, county, combined_authority, region, country
-- sources: ons.subnational_indicators
-- informs: culture_and_sport, deprivation
-- interval: none
-- decimals: 1
-- caveat: Subnational Indicators Explorer, edition of August 2022: one period each.

select
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end, value, status, marker
from ons.subnational_indicators
where measure = 'obesity_adults'
