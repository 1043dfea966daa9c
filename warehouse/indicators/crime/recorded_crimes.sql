-- title: Crimes recorded by the police
-- meaning: Crimes and incidents of antisocial behaviour that the police recorded in a month, by kind, at the nearest point of a street.
-- unit: crimes
-- better: lower
-- levels: local_authority
-- sources: home_office.street_crime
-- informs: rights, neighbourhoods, disadvantaged_youth
-- numerator: Crimes recorded
-- denominator: One month
-- interval: byar
-- decimals: 0
-- caveat: Recording differs between forces and years; crimes without a place are not in it.
-- caveat: The dataset behind it was never seen live; its first run proposes a contract, and a person accepts it.
-- break: 2023-05-01 of several offences of one course of conduct against one person the police record the most serious alone

select
    crime_type as breakdown, mart.home_area() as area_code, '${area_name}' as area_name, 'local_authority' as area_level,
        null as area_vintage,
    period, min(period_start) as period_start, max(period_end) as period_end,
    sum(value) as numerator,
    1 as denominator
from home_office.street_crime
where area_name like '${area_name} %'
group by crime_type, period
