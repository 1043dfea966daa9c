-- title: Anxiety
-- meaning: Average answer of adults to how anxious they felt yesterday, 0 to 10.
-- unit: score
-- better: lower
-- levels: local_authority, county, combined_authority, region, country
-- sources: ons.subnational_indicators
-- informs: neighbourhoods, mental_health
-- interval: none
-- decimals: 2
-- caveat: Subnational Indicators Explorer, edition of August 2022: one period each.
-- caveat: From a survey; its interval is not in this edition.

select
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end, value, status, marker
from ons.subnational_indicators
where measure = 'anxiety'
