-- What the evidence base takes from published lists: what the strategy aims at, whom the home area is compared with, and output areas
-- whose ward differs.
create table mart.strategy_aims (aim varchar primary key, kind varchar, number integer, title varchar);
comment on table mart.strategy_aims is 'The eight guiding principles and ten challenges of the Community Cohesion Strategy for Birmingham (2018), in its own words.';
comment on column mart.strategy_aims.aim is 'Short name, as indicators use it.';
comment on column mart.strategy_aims.kind is 'principle or challenge.';
comment on column mart.strategy_aims.number is 'Its place in the strategy.';
comment on column mart.strategy_aims.title is 'The strategy''s own words.';

create table mart.comparators (role varchar, area_code varchar, area_name varchar, reason varchar, primary key (role, area_code));
comment on table mart.comparators is 'Areas that the home area is compared with. Statistical neighbours are worked out from the data: mart.statistical_neighbours.';
comment on column mart.comparators.role is 'home, region, country or core_city.';
comment on column mart.comparators.area_code is 'GSS code of the area.';
comment on column mart.comparators.area_name is 'Name of the area.';
comment on column mart.comparators.reason is 'Why it is a comparator, and who says so.';

create table mart.areas_by_polygon (from_code varchar, from_vintage varchar, to_vintage varchar, to_code varchar, share_of_area double,
    primary key (from_code, from_vintage, to_vintage));
comment on table mart.areas_by_polygon is
'Small areas of Birmingham of which the largest part lies in another ward than the official best fit of their LSOA says: worked out once from the generalised boundaries of ONS Open Geography (by share of area). Every other area follows the official lookups.';
comment on column mart.areas_by_polygon.from_code is 'Output area or LSOA of 2011, or LSOA of 2021.';
comment on column mart.areas_by_polygon.from_vintage is 'Year of its boundaries.';
comment on column mart.areas_by_polygon.to_vintage is 'Year of the ward boundaries: 2017 (the 40 wards until 2018) or 2021 (the 69 since).';
comment on column mart.areas_by_polygon.to_code is 'Ward that holds the largest part of its area.';
comment on column mart.areas_by_polygon.share_of_area is 'How large that part is, 0 to 1.';
