-- Inequality between wards, by deprivation. Grain: indicator, breakdown, period, boundaries.
-- Fifths of wards by deprivation (mart.ward_deprivation); the slope index of inequality is the slope of a weighted least squares line of
-- the value on the
-- ward's place among residents, from the most deprived (0) to the least (1): the difference between the two ends of the city (OHID, "Slope
-- Index of Inequality").
create view mart.ward_inequality as
with placed as (
    select
        values.indicator, values.breakdown, values.period, values.period_end, values.area_vintage, values.unit, values.value,
        coalesce(values.denominator, wards.residents) as weight, wards.place, wards.fifth
    from mart.indicator_values as values
    -- Codes of the 69 wards are the same in the boundaries of 2018 to 2022.
    join mart.ward_deprivation as wards on wards.area_code = values.area_code
    where values.area_level = 'ward' and values.value is not null
)

select
    indicator, breakdown, period, period_end, area_vintage, unit,
    count(*) as wards,
    sum(value * weight) filter (where fifth = 'fifth 1') / sum(weight) filter (where fifth = 'fifth 1') as most_deprived_fifth,
    sum(value * weight) filter (where fifth = 'fifth 5') / sum(weight) filter (where fifth = 'fifth 5') as least_deprived_fifth,
    most_deprived_fifth - least_deprived_fifth as gap,
    most_deprived_fifth / nullif(least_deprived_fifth, 0) as ratio,
    (sum(weight * place * value) - sum(weight * place) * sum(weight * value) / sum(weight))
    / nullif(sum(weight * place * place) - power(sum(weight * place), 2) / sum(weight), 0) as slope_index
from placed
group by indicator, breakdown, period, period_end, area_vintage, unit
having count(*) >= 10;

comment on view mart.ward_inequality is
'How unlike the most and the least deprived wards are in every indicator that wards have: gap and ratio of the fifths of wards, and the slope index of inequality.';
comment on column mart.ward_inequality.indicator is 'The indicator (mart.indicators).';
comment on column mart.ward_inequality.breakdown is 'Of whom.';
comment on column mart.ward_inequality.period is 'The period.';
comment on column mart.ward_inequality.period_end is 'Its last day.';
comment on column mart.ward_inequality.area_vintage is 'Year of the ward boundaries.';
comment on column mart.ward_inequality.unit is 'In what the fifths, the gap and the slope are.';
comment on column mart.ward_inequality.wards is 'How many wards have a value.';
comment on column mart.ward_inequality.most_deprived_fifth is 'The value of the most deprived fifth of wards, weighted by the denominator (by residents where there is none).';
comment on column mart.ward_inequality.least_deprived_fifth is 'The same of the least deprived fifth.';
comment on column mart.ward_inequality.gap is 'The first less the second.';
comment on column mart.ward_inequality.ratio is 'The first over the second.';
comment on column mart.ward_inequality.slope_index is 'Slope index of inequality: the least deprived end of the city less the most deprived end, along a fitted line.';
