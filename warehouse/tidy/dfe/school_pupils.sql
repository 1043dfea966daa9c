-- Pupils of each school. Grain: one row per school year, school, group of pupils and measure.
with measured as (
    from raw unpivot include nulls (printed for measure in (pupil_count as 'pupils', pupil_percent as 'share_of_pupils'))
)

select
    ees_period_label(time_period, time_identifier) as period,
    ees_period_start(time_period, time_identifier) as period_start,
    ees_period_end(time_period, time_identifier) as period_end,
    gss_code(new_la_code) as area_code,
    la_name as area_name,
    school_urn as school_code,
    school_name,
    breakdown_topic as characteristic,
    breakdown as category,
    measure,
    number_of(printed) as value,
    marker_status(printed) as status,
    marker_of(printed) as marker,
    if(measure = 'pupils', 'pupils', 'percent') as unit,
    _part as source_part,
    _row as source_row
from measured
