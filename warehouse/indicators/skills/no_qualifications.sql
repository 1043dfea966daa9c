-- title: Residents without qualifications
-- meaning: Share of residents aged 16 to 64 who hold no qualification.
-- unit: percent
-- better: lower
-- levels: local_authority, county, combined_authority, region, country
-- sources: ons.local_qualifications
-- informs: inclusive_growth, education, employment
-- interval: published
-- decimals: 1
-- caveat: From a survey, reweighted from time to time: past values are revised. Use the interval.
-- caveat: Not to be joined to the series before 2022, which sorted qualifications by another framework.

select
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end, value, lower_ci, upper_ci, status, marker
from ons.local_qualifications
where measure = 'no_qualifications'
