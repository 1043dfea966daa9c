-- title: Pupils of minority ethnic groups
-- meaning: Share of pupils in state-funded schools whose ethnic group is known and is not White British.
-- unit: percent
-- better: neither
-- levels: local_authority, region, country
-- sources: dfe.pupils_ethnicity_language
-- informs: young_people, demographics
-- numerator: Pupils of known ethnic group other than White British
-- denominator: All pupils of state-funded schools
-- interval: wilson
-- caveat: Until 2016/17 most children under five are left out.
-- caveat: Pupils count where they go to school, not where they live.
-- break: 2017-09-01 nurseries and the youngest in primary schools came into the count; shares moved with it

select
    case school_type
        when 'Total' then 'all'
        when 'State-funded primary' then 'Primary'
        when 'State-funded secondary' then 'Secondary'
    end as breakdown,
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end,
    sum(value) filter (where characteristic = 'all') - sum(value) filter (where category in ('White - White British',
        'Unclassified')) as numerator,
    sum(value) filter (where characteristic = 'all') as denominator,
    if(count(*) filter (where value is null) > 0, max(status), null) as status
from dfe.pupils_ethnicity_language
where measure = 'pupils' and school_type in ('Total', 'State-funded primary', 'State-funded secondary')
    and (characteristic = 'all' or category in ('White - White British', 'Unclassified'))
group by school_type, area_code, area_name, area_level, period, period_start, period_end
having count(*) = count(value)
