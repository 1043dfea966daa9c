-- title: Self-employed among people in work
-- meaning: Share of residents aged 16 to 64 in employment who work for themselves.
-- unit: percent
-- better: neither
-- levels: local_authority, country
-- sources: ons.annual_population_survey
-- informs: inclusive_growth, employment
-- numerator: Self-employed residents aged 16 to 64
-- denominator: Residents aged 16 to 64 in employment
-- interval: survey_share
-- caveat: From a survey: counts are rounded. The interval of the share is worked out from those of the two counts, and a few percent
--   narrower than the ONS would print.
-- caveat: Some self-employment is insecure work under another name.

from mart.survey_shares('ons.annual_population_survey', 'T01', ['Self Employed'], ['In employment'])
