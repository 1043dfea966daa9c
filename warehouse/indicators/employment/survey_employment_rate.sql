-- title: Employment rate (counts of the survey)
-- meaning: Share of residents aged 16 to 64 in employment.
-- unit: percent
-- better: higher
-- levels: local_authority, country
-- sources: ons.annual_population_survey
-- informs: inclusive_growth, employment
-- numerator: Residents aged 16 to 64 in employment
-- denominator: Residents aged 16 to 64
-- interval: survey_share
-- caveat: From a survey: counts are rounded. The interval of the share is worked out from those of the two counts, and a few percent
--   narrower than the ONS would print.

from mart.survey_shares('ons.annual_population_survey', 'T01', ['In employment'], ['All'])
