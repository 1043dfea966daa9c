-- Key stage 2 by local authority and characteristics of pupils. Grain: one row per school year, area, group and measure.
with measured as (
    -- An empty cell stays a row, with status 'missing': a figure that is withheld must not vanish.
    from raw unpivot include nulls (
        printed for measure in (
            expected_standard_pupil_percent as 'expected_standard',
            higher_standard_pupil_percent as 'higher_standard'
        )
    )
)

select
    ees_period_label(time_period, time_identifier) as period,
    ees_period_start(time_period, time_identifier) as period_start,
    ees_period_end(time_period, time_identifier) as period_end,
    ees_area(geographic_level, country_code, region_code, new_la_code) as area_code,
    ees_area(geographic_level, country_name, region_name, la_name) as area_name,
    ees_area_level(geographic_level) as area_level,
    cell_text(old_la_code) as area_dfe_code,
    breakdown_topic as characteristic,
    breakdown as category,
    establishment_type_group as school_type,
    subject,
    measure,
    number_of(printed) as value,
    marker_status(printed) as status,
    marker_of(printed) as marker,
    'percent' as unit,
    _part as source_part,
    _row as source_row
from measured
