-- title: Shared places
-- meaning: Places of Welcome, libraries, community centres and other places where neighbours meet, by kind.
-- unit: places
-- better: higher
-- levels: local_authority, ward
-- sources: council.community_assets
-- informs: connect, neighbourhoods, culture_and_sport, segregation
-- interval: none
-- decimals: 0
-- caveat: A list that someone keeps: a place that is not on it is not counted.
-- caveat: The dataset behind it was never seen live; its first run proposes a contract, and a person accepts it.

select
    asset_kind as breakdown, ward_code as area_code, ward_code as area_name, 'ward' as area_level, null as area_vintage,
    strftime(max(listed_on), '%Y') as period, make_date(year(max(listed_on)), 1, 1) as period_start, max(listed_on) as period_end,
    count(*) as value
from council.community_assets
where ward_code is not null and listed_on is not null
group by asset_kind, ward_code
union all by name
select
    asset_kind as breakdown, mart.home_area() as area_code, '${area_name}' as area_name, 'local_authority' as area_level,
        null as area_vintage,
    strftime(max(listed_on), '%Y') as period, make_date(year(max(listed_on)), 1, 1) as period_start, max(listed_on) as period_end,
    count(*) as value
from council.community_assets
where listed_on is not null
group by asset_kind
