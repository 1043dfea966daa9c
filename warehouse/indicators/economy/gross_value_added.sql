-- title: Gross value added
-- meaning: Gross value added of all industries, by ward.
-- unit: million pounds
-- better: higher
-- levels: ward, local_authority
-- sources: council.gross_value_added
-- informs: inclusive_growth, neighbourhoods, employment
-- interval: none
-- caveat: From the council's portal.
-- caveat: The dataset behind it was never seen live; its first run proposes a contract, and a person accepts it.

select
    area_code, area_name, area_level, null as area_vintage, period,
    make_date(left(period, 4)::integer, 1, 1) as period_start, make_date(left(period, 4)::integer, 12, 31) as period_end, value, status,
    marker
from council.gross_value_added
