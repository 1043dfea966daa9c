-- From a value of an indicator to everything that it was computed from. Grain: one row per value, dataset, vintage and file.
-- Example: from mart.indicator_provenance('residents', area := 'E08000025', period_is := '2021');
-- An indicator of a landed dataset may use any row of it: what is listed is each file of each vintage in force when it was computed.
create macro mart.indicator_provenance(indicator_is, area := null, period_is := null, breakdown_is := null) as table
select
    found.indicator,
    found.breakdown,
    found.area_code,
    found.period,
    found.value,
    found.unit,
    vintages.dataset,
    vintages.vintage,
    vintages.known_from,
    snapshots.release,
    vintages.snapshot_id,
    parts.part,
    parts.url,
    parts.fetched_at,
    parts.sha256,
    indicators.computed_with
from (
    select indicator, breakdown, area_code, period, value, unit, unnest(string_split(vintages, ', ')) as vintage
    from mart.indicator_values
    where indicator = indicator_is
        and (area is null or area_code = area)
        and (period_is is null or period = period_is::varchar)
        and (breakdown_is is null or breakdown = breakdown_is)
) as found
join mart.indicators as indicators using (indicator)
left join meta.vintages as vintages
    on vintages.vintage = found.vintage and list_contains(string_split(indicators.datasets, ', '), vintages.dataset)
left join meta.snapshots as snapshots on snapshots.dataset = vintages.dataset and snapshots.snapshot_id = vintages.snapshot_id
left join meta.parts as parts on parts.dataset = vintages.dataset and parts.snapshot_id = vintages.snapshot_id
order by found.area_code, found.period, found.breakdown, vintages.dataset, vintages.vintage, parts.part;

comment on macro table mart.indicator_provenance is
'From a value of an indicator to the datasets, vintages, fetches and files that it was computed from: from mart.indicator_provenance(''residents'', area := ''E08000025'', period_is := ''2021'').';
