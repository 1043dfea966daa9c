-- title: Pupils with free school meals by ethnic group
-- meaning: Share of pupils of state-funded schools known to be eligible for free school meals, of all pupils and by ethnic group.
-- unit: percent
-- better: lower
-- levels: local_authority, region, country
-- sources: dfe.pupils_free_school_meals
-- informs: equality, young_people, deprivation
-- numerator: Pupils known to be eligible for free school meals
-- denominator: Pupils of the group
-- interval: wilson
-- caveat: Groups with a suppressed count are left out.
-- caveat: Since April 2018 pupils keep their entitlement while Universal Credit comes in.
-- break: 2017-09-01 nurseries and the youngest in primary schools came into the count
-- break: 2018-09-01 pupils keep their entitlement through the change to Universal Credit

select
    if(characteristic_group = 'Total', 'all', characteristic) as breakdown,
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end,
    sum(value) filter (where free_school_meals = 'Known to be eligible for free school meals') as numerator,
    sum(value) as denominator
from dfe.pupils_free_school_meals
where measure = 'pupils' and school_type = 'Total' and characteristic_group in ('Total', 'Ethnicity')
group by characteristic_group, characteristic, area_code, area_name, area_level, period, period_start, period_end
having count(value) = 2
