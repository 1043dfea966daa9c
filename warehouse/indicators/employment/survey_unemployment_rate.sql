-- title: Unemployment rate of 16 to 64 year olds (counts of the survey)
-- meaning: Share of economically active residents aged 16 to 64 who are unemployed.
-- unit: percent
-- better: lower
-- levels: local_authority, country
-- sources: ons.annual_population_survey
-- informs: inclusive_growth, employment
-- numerator: Unemployed residents aged 16 to 64
-- denominator: Economically active residents aged 16 to 64
-- interval: none
-- caveat: From a survey: the counts are rounded and each has an interval of its own (ons.annual_population_survey); the share has none
--   here.
-- caveat: The strategy's rates are of 16 and over, partly modelled.

select
    area_code, any_value(area_name) as area_name, any_value(area_level) as area_level, null as area_vintage, period,
    any_value(period_start) as period_start,
    any_value(period_end) as period_end,
    sum(value) filter (where category = 'Unemployed') as numerator,
    sum(value) filter (where category = 'Economically active') as denominator
from ons.annual_population_survey
where survey_table = 'T01' and base = 'Aged 16-64'
group by area_code, period
having numerator is not null and denominator is not null
