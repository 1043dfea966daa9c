-- Street-level crime. Grain: one row per month, LSOA and kind of crime. Provenance is the first of the rows that are counted.
-- Example: 2024-03, an LSOA, Burglary -> how many.
select
    month as period,
    month_start(month) as period_start,
    month_end(month) as period_end,
    coalesce(gss_code(cell_text("LSOA code")), 'none') as area_code,
    any_value("LSOA name") as area_name,
    area_level(gss_code(cell_text("LSOA code"))) as area_level,
    "Crime type" as crime_type,
    'recorded_crimes' as measure,
    cast(count(*) as double) as value,
    'crimes' as unit,
    min(_part) as source_part,
    arg_min(_row, _part) as source_row
from raw
group by month, cell_text("LSOA code"), "Crime type"
