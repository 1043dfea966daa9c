-- title: Women among councillors
-- meaning: Share of elected councillors who are women, of those whose sex is stated.
-- unit: percent
-- better: higher
-- levels: local_authority
-- sources: council.councillors
-- informs: equality, rights, gender
-- numerator: Women elected
-- denominator: Councillors whose sex is stated
-- interval: none
-- caveat: Many lists infer sex from the first name.
-- caveat: The dataset behind it was never seen live; its first run proposes a contract, and a person accepts it.

select
    mart.home_area() as area_code, '${area_name}' as area_name, 'local_authority' as area_level, null as area_vintage, period,
    try_cast(period as date) as period_start, try_cast(period as date) as period_end,
    count(*) filter (where sex = 'female') as numerator,
    count(*) filter (where sex in ('female', 'male')) as denominator
from council.councillors
group by period
having denominator > 0
