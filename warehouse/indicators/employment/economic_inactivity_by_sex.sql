-- title: Economic inactivity of women and men
-- meaning: Share of residents aged 16 to 64 who neither work nor look for work, by sex.
-- unit: percent
-- better: lower
-- levels: local_authority, region, country
-- sources: ons.annual_population_survey_rates
-- informs: equality, inclusive_growth, gender, employment
-- numerator: Residents of the sex aged 16 to 64 who are economically inactive
-- denominator: Residents of the sex aged 16 to 64
-- interval: published
-- caveat: From a survey, reweighted from time to time: past values are revised. Use the interval.
-- caveat: The dataset behind it was never seen live; its first run proposes a contract, and a person accepts it.

select
    population_group as breakdown, area_code, area_name, area_level, null as area_vintage, period, period_start, period_end,
    value, numerator, denominator, lower_ci, upper_ci, status, marker
from ons.annual_population_survey_rates
where rate = 'inactivity'
