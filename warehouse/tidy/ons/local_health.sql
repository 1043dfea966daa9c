-- Healthy life expectancy at birth, women and men, local areas, three years together. Grain: one row per period, area and indicator.
-- Example: period, area, indicator -> value.
select
    format('{:04d}-{:04d}', year(period_start), year(period_end)) as period,
    period_start, period_end, area_code, area_name, area_level,
    case indicator
        when 'healthy-life-expectancy-female' then 'healthy_life_expectancy_female'
        when 'healthy-life-expectancy-male' then 'healthy_life_expectancy_male'
    end as measure,
    value, status, marker, unit,
    number_of(lci_95) as lower_ci,
    number_of(uci_95) as upper_ci,
    source_part, source_row
from local_indicators('raw')
