-- One row per dataset that is held.
-- Example: select dataset, since, changes from meta.holds;
create table meta.holds (dataset varchar primary key, snapshot_id varchar, since timestamp, run varchar, changes integer, detail varchar);
comment on table meta.holds is 'The datasets whose newest snapshot is archived and not landed: their tables are the last good ones. One row each.';
comment on column meta.holds.dataset is 'The dataset (meta.datasets).';
comment on column meta.holds.snapshot_id is 'The snapshot that is held (meta.snapshots).';
comment on column meta.holds.since is 'When the dataset was first held, UTC.';
comment on column meta.holds.run is 'The run that held this snapshot (meta.runs).';
comment on column meta.holds.changes is 'How many changes it is held for.';
comment on column meta.holds.detail is 'Those changes, as JSON.';
