-- title: Residents without qualifications (survey)
-- meaning: Share of residents aged 16 to 64 who hold no qualification.
-- unit: percent
-- better: lower
-- levels: local_authority, country
-- sources: ons.annual_population_survey
-- informs: inclusive_growth, education, employment
-- numerator: Residents aged 16 to 64 without qualifications
-- denominator: Residents aged 16 to 64 by highest qualification
-- interval: survey_share
-- caveat: From a survey: counts are rounded. The interval of the share is worked out from those of the two counts, and a few percent
--   narrower than the ONS would print.
-- break: 2022-01-01 qualifications are sorted by another framework (RQF, no longer NVQ)

from mart.survey_shares('ons.annual_population_survey', 'T19', ['None'],
    ['None', 'NVQ1', 'NVQ2', 'NVQ3', 'NVQ4+', 'Trade Apprenticeships', 'Other Qualifications'])
