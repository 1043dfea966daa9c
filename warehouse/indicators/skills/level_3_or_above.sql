-- title: Residents qualified to level 3 or above
-- meaning: Share of residents aged 16 to 64 qualified to level 3 (two A levels or the like) or above.
-- unit: percent
-- better: higher
-- levels: local_authority, county, combined_authority, region, country
-- sources: ons.local_qualifications
-- informs: inclusive_growth, education, employment
-- interval: published
-- decimals: 1
-- caveat: From a survey, reweighted from time to time: past values are revised. Use the interval.

select
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end, value, lower_ci, upper_ci, status, marker
from ons.local_qualifications
where measure = 'level_3_or_above'
