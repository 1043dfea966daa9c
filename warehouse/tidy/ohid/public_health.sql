-- Public health outcomes of authorities. Grain: one row per period, area, sex, age and indicator.
-- The service repeats an area under each of its parents, and adds national deciles as categories: one row of each area is kept, without categories.
select
    "Time period" as period,
    coalesce("Time period range", '') as period_range,
    gss_code("Area Code") as area_code,
    "Area Name" as area_name,
    area_level(gss_code("Area Code")) as area_level,
    case lower(Sex) when 'persons' then 'all' else lower(Sex) end as sex,
    Age as age_band,
    name as measure,
    number_of("Value") as value,
    number_of("Count") as numerator,
    number_of(Denominator) as denominator,
    number_of("Lower CI 95.0 limit") as lower_ci,
    number_of("Upper CI 95.0 limit") as upper_ci,
    case when cell_text("Value") is null then 'not_available' end as status,
    case when cell_text("Value") is null then cell_text("Value note") end as marker,
    case name
        when 'life_expectancy' then 'years'
        when 'healthy_life_expectancy' then 'years'
        when 'domestic_abuse' then 'per 1,000 people'
        else 'percent'
    end as unit,
    _part as source_part,
    _row as source_row
from raw
where cell_text(Category) is null and area_level(gss_code("Area Code")) is not null
qualify row_number() over (partition by _part, "Time period", "Time period range", "Area Code", Sex, Age order by _row) = 1
