-- Houses in multiple occupation. Grain: one row per financial year, authority and measure.
-- Never run on the publisher's own file: the columns are not known.
with measured as (
    unpivot raw on houses, licensed_houses into name measure value printed
)

select
    financial_year_label(year) as period,
    financial_year_start(year) as period_start,
    financial_year_end(year) as period_end,
    gss_code(area_code) as area_code,
    area_name,
    area_level(gss_code(area_code)) as area_level,
    measure,
    number_of(printed) as value,
    marker_status(printed) as status,
    marker_of(printed) as marker,
    'houses' as unit,
    _part as source_part,
    _row as source_row
from measured
where is_gss_code(area_code)
