-- title: Households in fuel poverty (modelled)
-- meaning: Share of households of low income in homes of low energy efficiency, modelled for LSOAs and summed.
-- unit: percent
-- better: lower
-- levels: local_authority, ward
-- sources: desnz.fuel_poverty, ons.area_lookup
-- informs: neighbourhoods, equality, housing, deprivation
-- numerator: Households in fuel poverty
-- denominator: Households
-- interval: none
-- caveat: Modelled: good for comparing areas, not for following one LSOA over years.
-- caveat: Wards are sums of LSOAs of 2021 by the official best fit; an edition on LSOAs of 2011 gives no wards here.
-- caveat: The dataset behind it was never seen live; its first run proposes a contract, and a person accepts it.
-- break: 2019-01-01 fuel poverty is measured by low income and low energy efficiency, before by low income and high costs

with placed as (
    select district_code as area_code, district_name as area_name, 'local_authority' as area_level, null as area_vintage, period, measure, value
    from desnz.fuel_poverty
    union all by name
    select ward.to_code as area_code, ward.to_name as area_name, 'ward' as area_level, ward.to_vintage as area_vintage, fuel.period, fuel.measure,
        fuel.value
    from desnz.fuel_poverty as fuel
    join ons.area_lookup as ward on ward.from_code = fuel.area_code and ward.lookup = 'lsoa21_wd22'
)

select
    area_code, area_name, area_level, area_vintage, period,
    make_date(left(period, 4)::integer, 1, 1) as period_start, make_date(left(period, 4)::integer, 12, 31) as period_end,
    sum(value) filter (where measure = 'fuel_poor_households') as numerator,
    sum(value) filter (where measure = 'households') as denominator
from placed
group by area_code, area_name, area_level, area_vintage, period
having numerator is not null and denominator is not null
