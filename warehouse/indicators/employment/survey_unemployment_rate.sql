-- title: Unemployment rate of 16 to 64 year olds (counts of the survey)
-- meaning: Share of economically active residents aged 16 to 64 who are unemployed.
-- unit: percent
-- better: lower
-- levels: local_authority, country
-- sources: ons.annual_population_survey
-- informs: inclusive_growth, employment
-- numerator: Unemployed residents aged 16 to 64
-- denominator: Economically active residents aged 16 to 64
-- interval: survey_share
-- caveat: From a survey: counts are rounded. The interval of the share is worked out from those of the two counts, and a few percent
--   narrower than the ONS would print.
-- caveat: The strategy's rates are of 16 and over, partly modelled.

from mart.survey_shares('ons.annual_population_survey', 'T01', ['Unemployed'], ['Economically active'])
