-- Statutory homelessness, initial assessments. Grain: one row per quarter, area and measure.
-- Example: 2022 Q4, E08000025, owed_a_duty -> 1399 households.
with measured as (
    unpivot raw
    on assessed, owed_a_duty, prevention_duty, section_21, relief_duty, no_duty, households_in_area, threatened_rate, homeless_rate
    into name measure value printed
),

quarters as (
    select
        *,
        -- The sheet does not hold its quarter in a cell; the address of its page does: '…-october-to-december-2022'.
        regexp_extract(page, '-([a-z]+)-to-([a-z]+)-(20[0-9]{2})$', ['first_month', 'last_month', 'year']) as named
    from measured
    -- 'Rest of England' has no code; London stands among the totals and among the regions and is taken once.
    where is_gss_code(column_1)
    qualify row_number() over (partition by page, column_1, measure order by _row) = 1
)

select
    named.year || ' Q' || quarter(month_start(named.first_month || ' ' || named.year)) as period,
    month_start(named.first_month || ' ' || named.year) as period_start,
    month_end(named.last_month || ' ' || named.year) as period_end,
    gss_code(column_1) as area_code,
    column_2 as area_name,
    area_level(gss_code(column_1)) as area_level,
    measure,
    -- Households in the area are printed in thousands.
    number_of(printed) * if(measure = 'households_in_area', 1000, 1) as value,
    marker_status(printed) as status,
    marker_of(printed) as marker,
    if(measure like '%_rate', 'households per thousand', 'households') as unit,
    _part as source_part,
    _row as source_row
from quarters
