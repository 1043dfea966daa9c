-- title: New businesses
-- meaning: Businesses born in a year for every 100 active businesses.
-- unit: per 100 businesses
-- better: higher
-- levels: local_authority, county, combined_authority, region, country
-- sources: ons.business_births, ons.active_businesses
-- informs: inclusive_growth, employment
-- numerator: New businesses
-- denominator: Active businesses
-- interval: none
-- per: 100
-- caveat: Registered businesses only: many of the self-employed are not among them.

select
    area_code, any_value(area_name) as area_name, any_value(area_level) as area_level, any_value(area_vintage) as area_vintage, period,
    any_value(period_start) as period_start, any_value(period_end) as period_end,
    sum(value) filter (where measure = 'business_births') as numerator,
    sum(value) filter (where measure = 'active_businesses') as denominator
from (from ons.business_births union all by name from ons.active_businesses)
group by area_code, period
having numerator is not null and denominator is not null
