-- title: Economic inactivity
-- meaning: Share of residents aged 16 to 64 who neither work nor look for work.
-- unit: percent
-- better: lower
-- levels: local_authority, county, combined_authority, region, country
-- sources: ons.local_employment
-- informs: inclusive_growth, employment, gender
-- interval: published
-- decimals: 1
-- caveat: From a survey, reweighted from time to time: past values are revised. Use the interval.
-- caveat: Students, carers and the sick are among them; it is no measure of unwillingness.

select
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end, value, lower_ci, upper_ci, status, marker
from ons.local_employment
where measure = 'economic_inactivity_rate'
