-- title: Licensed shared houses
-- meaning: Houses in multiple occupation that hold a licence, by ward.
-- unit: houses
-- better: neither
-- levels: ward, local_authority
-- sources: council.shared_housing_licences
-- informs: neighbourhoods, housing
-- interval: none
-- caveat: From the council's portal.
-- caveat: The dataset behind it was never seen live; its first run proposes a contract, and a person accepts it.

select
    area_code, area_name, area_level, null as area_vintage, period,
    make_date(left(period, 4)::integer, 1, 1) as period_start, make_date(left(period, 4)::integer, 12, 31) as period_end, value, status,
    marker
from council.shared_housing_licences
