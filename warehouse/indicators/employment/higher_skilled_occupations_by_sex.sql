-- title: Residents in managerial, professional and associate occupations, by sex
-- meaning: Share of women and of men in employment who work as managers, in professional or in associate professional occupations, census
--   of 2021.
-- unit: percent
-- better: higher
-- levels: local_authority
-- sources: ons.occupation_by_sex
-- informs: equality, inclusive_growth, gender, employment
-- numerator: Residents of the sex in major groups 1 to 3 of SOC 2020
-- denominator: Residents of the sex aged 16 and over in employment
-- interval: none
-- caveat: Where people live, not where the jobs are.
-- caveat: The dataset behind it was never seen live; its first run proposes a contract, and a person accepts it.

select
    if(sex = 'female', 'women', 'men') as breakdown, area_code, area_name, area_level, null as area_vintage, period, period_start, period_end,
    sum(value) filter (where is_higher_skilled) as numerator,
    sum(value) as denominator
from ons.occupation_by_sex
group by sex, area_code, area_name, area_level, period, period_start, period_end
