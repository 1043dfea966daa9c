-- From a value to where it came from. Grain: one row per row of the dataset that is asked for.
-- Example: from mart.provenance('ons.population', area := 'E08000025', period_is := '2021', measure_is := 'population');
-- A dataset without one of the columns shows NULL there: the name is then that of `absent`, one scope further out.
create macro mart.provenance(dataset, area := null, period_is := null, measure_is := null) as table
select
    found.*,
    parts.url,
    parts.fetched_at,
    parts.sha256,
    snapshots.release
from
    (
        select
            null::varchar as area_code, null::varchar as period, null::varchar as measure, null::double as value, null::varchar as status, null::varchar as unit
    ) as absent,
    lateral (
        select area_code, period, measure, value, status, unit, vintage, snapshot_id, source_part, source_row
        from query_table(dataset)
        where (area is null or area_code = area)
            and (period_is is null or period::varchar = period_is::varchar)
            and (measure_is is null or measure = measure_is)
    ) as found
left join meta.parts as parts on parts.dataset = dataset and parts.snapshot_id = found.snapshot_id and parts.part = found.source_part
left join meta.snapshots as snapshots on snapshots.dataset = dataset and snapshots.snapshot_id = found.snapshot_id;

comment on macro table mart.provenance is
'From a value to the fetch, file, row and address it came from: from mart.provenance(''ons.population'', area := ''E08000025'', period_is := ''2021'').';
