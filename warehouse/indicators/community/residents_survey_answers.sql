-- title: Answers to the residents' survey
-- meaning: Share of residents who gave an answer in the council's survey, which the strategy names as its own measure of cohesion: whether
--   people of different backgrounds get on, belong and trust.
-- unit: percent
-- better: neither
-- levels: local_authority, ward
-- sources: council.residents_survey
-- informs: mainstream, connect, culture_and_sport, neighbourhoods, segregation
-- interval: published
-- caveat: A sample: use the interval. The design effect is not known.
-- caveat: The dataset behind it was never seen live; its first run proposes a contract, and a person accepts it.

select
    question || ': ' || answer as breakdown, area_code, area_code as area_name, area_level, null as area_vintage, period,
    make_date(left(period, 4)::integer, 1, 1) as period_start, make_date(left(period, 4)::integer, 12, 31) as period_end,
    value, lower_ci, upper_ci, denominator, status, marker
from council.residents_survey
where respondent_group = 'everyone'
