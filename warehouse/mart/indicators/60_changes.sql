-- What changed: each value beside that of the period before. Grain: as mart.indicator_values.
create view mart.indicator_changes as
with ordered as (
    select
        *,
        lag(period) over series as previous_period,
        lag(period_start) over series as previous_start,
        lag(value) over series as previous_value,
        lag(lower_ci) over series as previous_lower_ci,
        lag(upper_ci) over series as previous_upper_ci
    from mart.indicator_values
    where value is not null
    window series as (partition by indicator, breakdown, area_code, area_level, area_vintage order by period_end, period_start)
),

marked as (
    select
        ordered.*,
        (
            select string_agg(strftime(breaks.since, '%Y-%m-%d') || ': ' || breaks.reason, '; ' order by breaks.since)
            from mart.breaks as breaks
            where breaks.indicator = ordered.indicator and breaks.since > ordered.previous_start and breaks.since <= ordered.period_start
        ) as break_between
    from ordered
    where previous_period is not null
)

select
    marked.indicator, marked.breakdown, marked.area_code, marked.area_name, marked.area_level, marked.area_vintage, marked.previous_period,
        marked.period,
    marked.period_start, marked.period_end, marked.previous_value, marked.value, marked.unit,
    if(break_between is null, marked.value - marked.previous_value, null) as change,
    if(break_between is null, 100 * (marked.value - marked.previous_value) / nullif(abs(marked.previous_value), 0), null) as percent_change,
    case
        when break_between is not null then null
        when marked.value = marked.previous_value then 'same'
        when marked.lower_ci <= marked.previous_upper_ci and marked.upper_ci >= marked.previous_lower_ci then 'no clear change'
        when marked.value > marked.previous_value then 'rose'
        else 'fell'
    end as direction,
    case
        when break_between is not null or indicators.better = 'neither' then null
        when marked.value = marked.previous_value then null
        when marked.lower_ci <= marked.previous_upper_ci and marked.upper_ci >= marked.previous_lower_ci then null
        when (marked.value > marked.previous_value) = (indicators.better = 'higher') then 'better'
        else 'worse'
    end as judged,
    break_between as not_comparable
from marked
join mart.indicators as indicators using (indicator);

comment on view mart.indicator_changes is
'Each value beside that of the period before in its series. Across a break in the series there is no change, and `not_comparable` says why.';
comment on column mart.indicator_changes.indicator is 'The indicator (mart.indicators).';
comment on column mart.indicator_changes.breakdown is 'Of whom.';
comment on column mart.indicator_changes.area_code is 'GSS code of the area.';
comment on column mart.indicator_changes.area_name is 'Name of the area.';
comment on column mart.indicator_changes.area_level is 'Kind of area.';
comment on column mart.indicator_changes.area_vintage is 'Year of its boundaries; series of other boundaries are other series.';
comment on column mart.indicator_changes.previous_period is 'The period before.';
comment on column mart.indicator_changes.period is 'The period.';
comment on column mart.indicator_changes.period_start is 'Its first day.';
comment on column mart.indicator_changes.period_end is 'Its last day.';
comment on column mart.indicator_changes.previous_value is 'The value of the period before.';
comment on column mart.indicator_changes.value is 'The value.';
comment on column mart.indicator_changes.unit is 'In what.';
comment on column mart.indicator_changes.change is 'Value less previous value; NULL across a break.';
comment on column mart.indicator_changes.percent_change is 'The same in percent of the previous value; NULL across a break.';
comment on column mart.indicator_changes.direction is 'rose, fell, same, or no clear change where the 95 % intervals overlap (a cautious test).';
comment on column mart.indicator_changes.judged is 'better or worse, where the indicator has a better direction and the change is clear.';
comment on column mart.indicator_changes.not_comparable is 'Why the two may not be compared; empty where they may.';
