-- title: Households in fuel poverty
-- meaning: Share of households of low income in homes of low energy efficiency, by ward.
-- unit: percent
-- better: lower
-- levels: ward, local_authority
-- sources: council.fuel_poverty
-- informs: neighbourhoods, housing, deprivation
-- interval: none
-- caveat: From the council's portal.
-- caveat: The dataset behind it was never seen live; its first run proposes a contract, and a person accepts it.
-- break: 2019-01-01 fuel poverty is measured by low income and low energy efficiency, before by low income and high costs

select
    area_code, area_name, area_level, null as area_vintage, period,
    make_date(left(period, 4)::integer, 1, 1) as period_start, make_date(left(period, 4)::integer, 12, 31) as period_end, value, status,
    marker
from council.fuel_poverty
