-- Apprenticeships by provider. Grain: one row per school year, provider, level, subject and measure.
-- Example: 2021/22, 10007140 (Birmingham City University), Total, Total, starts -> 580.
with measured as (
    from raw unpivot include nulls (printed for measure in (starts, achievements))
)

select
    ees_period_label(time_period, time_identifier) as period,
    ees_period_start(time_period, time_identifier) as period_start,
    ees_period_end(time_period, time_identifier) as period_end,
    provider_ukprn as provider_code,
    regexp_replace(provider_name, ' [(][0-9]{8}[)]$', '') as provider_name,
    apps_level as apprenticeship_level,
    ssa_t1_desc as subject,
    measure,
    number_of(printed) as value,
    marker_status(printed) as status,
    marker_of(printed) as marker,
    measure as unit,
    _part as source_part,
    _row as source_row
from measured
