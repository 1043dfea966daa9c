-- Employment and economic inactivity of people aged 16 to 64, local areas, by year. Grain: one row per period, area and indicator.
-- Example: 2018, E08000025, employment_rate -> 65.3 percent (62.8 to 67.8).
select
    calendar_year_label(cast(year(period_start) as varchar)) as period,
    period_start, period_end, area_code, area_name, area_level,
    case indicator
        when 'employment-rate' then 'employment_rate'
        when 'economic-inactivity-rate' then 'economic_inactivity_rate'
    end as measure,
    value, status, marker, unit,
    number_of(lci_95) as lower_ci,
    number_of(uci_95) as upper_ci,
    source_part, source_row
from local_indicators('raw')
