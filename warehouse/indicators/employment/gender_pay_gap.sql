-- title: Gender pay gap
-- meaning: What men earn an hour more than women, as a share of men's pay, of full-time employees without overtime; the median, and the
--   mean beside it.
-- unit: percent
-- better: lower
-- levels: local_authority, county, combined_authority, region, country
-- sources: ons.gender_pay_gap
-- informs: equality, inclusive_growth, gender, employment
-- interval: none
-- caveat: From a sample of pay records. The strategy prints a gap of average gross incomes in pounds: another measure.
-- caveat: The dataset behind it was never seen live; its first run proposes a contract, and a person accepts it.
-- break: 2011-01-01 the survey of pay codes occupations to SOC 2010, and its estimates are weighted anew
-- break: 2021-01-01 the survey of pay codes occupations to SOC 2020, and its estimates are weighted anew

select
    case measure when 'median_gap' then 'all' when 'mean_gap' then 'mean' end as breakdown,
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end, value, status, marker
from ons.gender_pay_gap
qualify row_number() over (partition by area_code, period, measure order by if(stage = 'revised', 0, 1)) = 1
