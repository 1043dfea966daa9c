-- title: Things done in life are worthwhile
-- meaning: Average answer of adults to whether the things they do are worthwhile, 0 to 10.
-- unit: score
-- better: higher
-- levels: local_authority, county, combined_authority, region, country
-- sources: ons.subnational_indicators
-- informs: connect, culture_and_sport, mental_health
-- interval: none
-- decimals: 2
-- caveat: Subnational Indicators Explorer, edition of August 2022: one period each.
-- caveat: From a survey; its interval is not in this edition.

select
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end, value, status, marker
from ons.subnational_indicators
where measure = 'worthwhile'
