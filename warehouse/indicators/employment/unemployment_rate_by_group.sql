-- title: Unemployment rate of women, men, White and minority ethnic residents
-- meaning: Share of economically active residents aged 16 and over who are unemployed, by sex, and by ethnic group in two.
-- unit: percent
-- better: lower
-- levels: local_authority, region, country
-- sources: ons.annual_population_survey_rates
-- informs: equality, inclusive_growth, gender, employment
-- numerator: Unemployed residents of the group aged 16 and over
-- denominator: Economically active residents of the group aged 16 and over
-- interval: published
-- caveat: From a survey, reweighted from time to time: past values are revised. Use the interval.
-- caveat: The dataset behind it was never seen live; its first run proposes a contract, and a person accepts it.

select
    population_group as breakdown, area_code, area_name, area_level, null as area_vintage, period, period_start, period_end,
    value, numerator, denominator, lower_ci, upper_ci, status, marker
from ons.annual_population_survey_rates
where rate = 'unemployment'
