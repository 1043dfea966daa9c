-- title: Gap in yearly pay between men and women
-- meaning: By how many pounds the median gross yearly pay of men in full-time work exceeds that of women in full-time work.
-- unit: pounds
-- better: lower
-- levels: local_authority, region, country
-- sources: ons.earnings
-- informs: equality, inclusive_growth, gender, employment
-- interval: none
-- decimals: 0
-- caveat: Medians of a sample of pay records; not corrected for occupation, hours or age.
-- caveat: The dataset behind it was never seen live; its first run proposes a contract, and a person accepts it.
-- break: 2011-01-01 the survey of pay codes occupations to SOC 2010, and its estimates are weighted anew
-- break: 2021-01-01 the survey of pay codes occupations to SOC 2020, and its estimates are weighted anew

select
    women.area_code, women.area_name, women.area_level, null as area_vintage, women.period, women.period_start, women.period_end,
    men.value - women.value as value
from ons.earnings as women
join ons.earnings as men using (area_code, area_level, area_vintage, period, measure)
where women.sex = 'female' and men.sex = 'male' and women.measure ilike 'annual pay - gross%'
