-- title: Residents who are not White in the 10 % most deprived neighbourhoods of England
-- meaning: Share of the city's residents who are not White who live in LSOAs among the 10 % most deprived of England.
-- unit: percent
-- better: lower
-- levels: local_authority
-- sources: mhclg.deprivation, ons.ethnic_group, ons.area_lookup
-- informs: equality, segregation, deprivation
-- numerator: Residents who are not White (2011) of LSOAs among the 10 % most deprived of England
-- denominator: Residents who are not White (2011)
-- interval: none
-- caveat: Residents are those of the census of 2011.
-- caveat: The strategy: often it is the neighbourhood you live in, rather than your ethnic identity, that counts.
-- break: 2019-01-01 another edition of the indices: other indicators within it, and ranks are relative to the England of their time

with ranked as (
    select *, count(*) over (partition by period) as lsoas
    from mhclg.deprivation
    where measure = 'imd_rank'
)

select
    mart.home_area() as area_code, any_value(ranked.district_name) as area_name, 'local_authority' as area_level, null as area_vintage,
    ranked.period, make_date(ranked.period::integer, 1, 1) as period_start, make_date(ranked.period::integer, 12, 31) as period_end,
    sum(people.residents) filter (where ranked.value <= 0.1 * ranked.lsoas) as numerator,
    sum(people.residents) as denominator
from ranked
join mart.census_groups as people on people.area_code = ranked.area_code and people.period = '2011' and people.group_name = 'Not White'
where ranked.district_code = mart.home_area()
group by ranked.period
