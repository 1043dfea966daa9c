-- Qualifications of people aged 16 to 64, none and level 3 or above, by year. Grain: one row per period, area and indicator.
-- Example: 2023, E08000025, no_qualifications -> 9.4 percent (7.2 to 11.6).
select
    calendar_year_label(cast(year(period_start) as varchar)) as period,
    period_start, period_end, area_code, area_name, area_level,
    case indicator
        when 'no-qualifications-great-britain' then 'no_qualifications'
        when 'level-3-or-above-qualifications' then 'level_3_or_above'
    end as measure,
    value, status, marker, unit,
    number_of(lci_95) as lower_ci,
    number_of(uci_95) as upper_ci,
    source_part, source_row
from local_indicators('raw')
