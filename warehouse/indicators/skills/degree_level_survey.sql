-- title: Residents qualified to degree level (survey)
-- meaning: Share of residents aged 16 to 64 qualified to level 4 or above.
-- unit: percent
-- better: higher
-- levels: local_authority, country
-- sources: ons.annual_population_survey
-- informs: inclusive_growth, education, employment
-- numerator: Residents aged 16 to 64 with NVQ level 4 or above
-- denominator: Residents aged 16 to 64 by highest qualification
-- interval: survey_share
-- caveat: From a survey: counts are rounded. The interval of the share is worked out from those of the two counts, and a few percent
--   narrower than the ONS would print.
-- break: 2022-01-01 qualifications are sorted by another framework (RQF, no longer NVQ)

from mart.survey_shares('ons.annual_population_survey', 'T19', ['NVQ4+'],
    ['None', 'NVQ1', 'NVQ2', 'NVQ3', 'NVQ4+', 'Trade Apprenticeships', 'Other Qualifications'])
