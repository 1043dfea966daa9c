-- title: Employment rate (counts of the survey)
-- meaning: Share of residents aged 16 to 64 in employment.
-- unit: percent
-- better: higher
-- levels: local_authority, country
-- sources: ons.annual_population_survey
-- informs: inclusive_growth, employment
-- numerator: Residents aged 16 to 64 in employment
-- denominator: Residents aged 16 to 64
-- interval: none
-- caveat: From a survey: the counts are rounded and each has an interval of its own (ons.annual_population_survey); the share has none
--   here.

select
    area_code, any_value(area_name) as area_name, any_value(area_level) as area_level, null as area_vintage, period,
    any_value(period_start) as period_start,
    any_value(period_end) as period_end,
    sum(value) filter (where category = 'In employment') as numerator,
    sum(value) filter (where category = 'All') as denominator
from ons.annual_population_survey
where survey_table = 'T01' and base = 'Aged 16-64'
group by area_code, period
having numerator is not null and denominator is not null
