-- Modelled unemployment rate, local authorities, by year. Grain: one row per period, area and indicator.
-- Example: 2023, E08000025, unemployment_rate -> 7.2 percent (5.5 to 8.9).
select
    calendar_year_label(cast(year(period_start) as varchar)) as period,
    period_start, period_end, area_code, area_name, area_level,
    case indicator
        when 'modelled-unemployment' then 'unemployment_rate'
    end as measure,
    value, status, marker, unit,
    number_of(lci_95) as lower_ci,
    number_of(uci_95) as upper_ci,
    source_part, source_row
from local_indicators('raw')
