-- title: Pupils whose ethnic group is not known
-- meaning: Share of pupils for whom no ethnic group was given: how complete the count is.
-- unit: percent
-- better: lower
-- levels: local_authority, region, country
-- sources: dfe.pupils_ethnicity_language
-- informs: mainstream, demographics
-- numerator: Pupils of unclassified ethnic group
-- denominator: All pupils of state-funded schools
-- interval: wilson
-- caveat: A measure of the data, not of the pupils.
-- break: 2017-09-01 nurseries and the youngest in primary schools came into the count; shares moved with it

select
    case school_type
        when 'Total' then 'all'
        when 'State-funded primary' then 'Primary'
        when 'State-funded secondary' then 'Secondary'
    end as breakdown,
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end,
    sum(value) filter (where category = 'Unclassified') as numerator,
    sum(value) filter (where characteristic = 'all') as denominator,
    if(count(*) filter (where value is null) > 0, max(status), null) as status
from dfe.pupils_ethnicity_language
where measure = 'pupils' and school_type in ('Total', 'State-funded primary', 'State-funded secondary')
    and (characteristic = 'all' or category = 'Unclassified')
group by school_type, area_code, area_name, area_level, period, period_start, period_end
having count(*) = count(value)
