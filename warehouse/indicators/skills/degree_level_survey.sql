-- title: Residents qualified to degree level (survey)
-- meaning: Share of residents aged 16 to 64 qualified to level 4 or above.
-- unit: percent
-- better: higher
-- levels: local_authority, country
-- sources: ons.annual_population_survey
-- informs: inclusive_growth, education, employment
-- numerator: Residents aged 16 to 64 with NVQ level 4 or above
-- denominator: Residents aged 16 to 64 by highest qualification
-- interval: none
-- caveat: From a survey: the counts are rounded and each has an interval of its own (ons.annual_population_survey); the share has none
--   here.
-- break: 2022-01-01 qualifications are sorted by another framework (RQF, no longer NVQ)

select
    area_code, any_value(area_name) as area_name, any_value(area_level) as area_level, null as area_vintage, period,
    any_value(period_start) as period_start,
    any_value(period_end) as period_end,
    sum(value) filter (where category = 'NVQ4+') as numerator,
    sum(value) filter (where category in ('None', 'NVQ1', 'NVQ2', 'NVQ3', 'NVQ4+', 'Trade Apprenticeships',
        'Other Qualifications')) as denominator
from ons.annual_population_survey
where survey_table = 'T19'
group by area_code, period
having numerator is not null and denominator is not null
