-- The home area beside its comparators, and who its statistical neighbours are.
-- Neighbours are worked out from the data: over the traits below, each standardised over all authorities, the nearest by Euclidean
-- distance. They are worked out once a publication, when the values are there, and kept as a table: every comparison asks for them.
create view mart.nearest_authorities as
with traits(indicator) as (
    values ('lsoas_most_deprived_tenth'), ('pupils_minority_ethnic_share'), ('pupils_english_additional_language'), ('children_share'),
        ('residents')
),

placed as (
    select
        indicator, area_code, any_value(area_name) as area_name,
        -- Size counts by its order of magnitude.
        if(indicator = 'residents', ln(arg_max(value, period_end)), arg_max(value, period_end)) as value
    from mart.indicator_values
    semi join traits using (indicator)
    where area_level = 'local_authority' and breakdown = 'all' and value is not null and area_code like 'E%'
    group by indicator, area_code
),

standard as (
    select *, (value - avg(value) over (partition by indicator)) / nullif(stddev_pop(value) over (partition by indicator),
        0) as standardised
    from placed
),

distances as (
    select
        other.area_code, any_value(other.area_name) as area_name, count(*) as traits,
        sqrt(sum(power(other.standardised - mine.standardised, 2)) / count(*)) as distance
    from standard as mine
    join standard as other using (indicator)
    where mine.area_code = mart.home_area() and other.area_code <> mart.home_area()
    group by other.area_code
)

select row_number() over (order by distance, area_code) as rank, area_code, area_name, distance, traits
from distances
where traits = (select max(traits) from distances) and traits >= 3
qualify rank <= 10
order by rank;

comment on view mart.nearest_authorities is
'How mart.statistical_neighbours is worked out, from mart.indicator_values as it stands.';

comment on column mart.nearest_authorities.rank is '1 is the nearest.';
comment on column mart.nearest_authorities.area_code is 'GSS code of the authority.';
comment on column mart.nearest_authorities.area_name is 'Its name.';
comment on column mart.nearest_authorities.distance is 'Root mean square of the standardised differences. Unit: standard deviations.';
comment on column mart.nearest_authorities.traits is 'Over how many traits.';

create table mart.statistical_neighbours (rank bigint primary key, area_code varchar, area_name varchar, distance double, traits bigint);
comment on table mart.statistical_neighbours is
'The ten English authorities most like the home area: nearest over deprivation, ethnic mix of pupils, first language, share of children and size, each standardised, weighted alike. Worked out from the indicators, not a published list.';
comment on column mart.statistical_neighbours.rank is '1 is the nearest.';
comment on column mart.statistical_neighbours.area_code is 'GSS code of the authority.';
comment on column mart.statistical_neighbours.area_name is 'Its name.';
comment on column mart.statistical_neighbours.distance is 'Root mean square of the standardised differences. Unit: standard deviations.';
comment on column mart.statistical_neighbours.traits is 'Over how many traits.';

create view mart.indicator_comparisons as
with compared as (
    select role, area_code from mart.comparators
    union all
    select 'statistical_neighbour', area_code from mart.statistical_neighbours
),

found as (
    select compared.role, found.*
    from mart.indicator_values as found
    join compared using (area_code)
    where found.value is not null
)

select
    home.indicator, home.breakdown, home.period, home.period_end, home.area_code, home.area_name, home.unit,
    home.value,
    max(found.value) filter (where found.role = 'country') as country,
    max(found.value) filter (where found.role = 'region') as region,
    median(found.value) filter (where found.role = 'core_city') as core_cities_median,
    count(*) filter (where found.role = 'core_city') as core_cities,
    -- The home area is one of the core cities: 1 is the highest value among them.
    1 + count(*) filter (where found.role = 'core_city' and found.value > home.value) as place_among_core_cities,
    median(found.value) filter (where found.role = 'statistical_neighbour') as neighbours_median,
    count(*) filter (where found.role = 'statistical_neighbour') as neighbours
from found as home
left join found using (indicator, breakdown, period)
where home.role = 'home'
group by all;

comment on view mart.indicator_comparisons is
'The home area beside England, its region, the core cities and its statistical neighbours: one row per indicator, breakdown and period.';
comment on column mart.indicator_comparisons.indicator is 'The indicator (mart.indicators).';
comment on column mart.indicator_comparisons.breakdown is 'Of whom.';
comment on column mart.indicator_comparisons.period is 'The period.';
comment on column mart.indicator_comparisons.period_end is 'Its last day.';
comment on column mart.indicator_comparisons.area_code is 'The home area.';
comment on column mart.indicator_comparisons.area_name is 'Its name.';
comment on column mart.indicator_comparisons.unit is 'In what.';
comment on column mart.indicator_comparisons.value is 'The home area''s value.';
comment on column mart.indicator_comparisons.country is 'England''s.';
comment on column mart.indicator_comparisons.region is 'The region''s.';
comment on column mart.indicator_comparisons.core_cities_median is 'The median of the core cities, the home area among them where it is one.';
comment on column mart.indicator_comparisons.core_cities is 'How many core cities have a value.';
comment on column mart.indicator_comparisons.place_among_core_cities is '1 where no core city has a higher value.';
comment on column mart.indicator_comparisons.neighbours_median is 'The median of the statistical neighbours.';
comment on column mart.indicator_comparisons.neighbours is 'How many neighbours have a value.';
