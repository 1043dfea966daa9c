-- Where each indicator comes from: its datasets' vintages in force, the fetch that brought each, and the licence. Grain: indicator, dataset, vintage.
create view mart.indicator_sources as
with used as (
    select indicator, unnest(string_split(vintages, ', ')) as vintage, datasets
    from mart.indicators
    where state = 'computed'
)

select
    used.indicator, vintages.dataset, vintages.vintage, vintages.snapshot_id, vintages.release, vintages.known_from, datasets.title, datasets.licence,
    datasets.attribution
from used
join meta.vintages as vintages on vintages.vintage = used.vintage and list_contains(string_split(used.datasets, ', '), vintages.dataset)
join meta.datasets as datasets on datasets.dataset = vintages.dataset;

comment on view mart.indicator_sources is
'Where each indicator comes from: the vintages of its datasets that were in force, and the fetch of each. From a row of a dataset to file, row and address: mart.provenance.';
comment on column mart.indicator_sources.indicator is 'The indicator (mart.indicators).';
comment on column mart.indicator_sources.dataset is 'A dataset that it is computed from.';
comment on column mart.indicator_sources.vintage is 'A vintage of it (meta.vintages).';
comment on column mart.indicator_sources.snapshot_id is 'The fetch that brought it (meta.snapshots).';
comment on column mart.indicator_sources.release is 'The publisher''s own name of the release.';
comment on column mart.indicator_sources.known_from is 'From when it counts as known, UTC.';
comment on column mart.indicator_sources.title is 'What the dataset is.';
comment on column mart.indicator_sources.licence is 'Under which licence.';
comment on column mart.indicator_sources.attribution is 'Whom to name.';
