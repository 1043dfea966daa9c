-- Personal well-being of adults, local areas, by year to March. Grain: one row per period, area and indicator.
-- Example: period, area, indicator -> value.
select
    financial_year_label(format('{:04d}{:02d}', year(period_start), (year(period_start) + 1) % 100)) as period,
    period_start, period_end, area_code, area_name, area_level,
    case indicator
        when 'wellbeing-satisfaction' then 'life_satisfaction'
        when 'wellbeing-worthwhile' then 'worthwhile'
        when 'wellbeing-happiness' then 'happiness'
        when 'wellbeing-anxiety' then 'anxiety'
    end as measure,
    value, status, marker, unit,
    number_of(lci_95) as lower_ci,
    number_of(uci_95) as upper_ci,
    source_part, source_row
from local_indicators('raw')
