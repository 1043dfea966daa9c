-- One row per snapshot (fetch) that a vintage was made from or that is held.
-- Example: select * from meta.snapshots where dataset = 'ons.population' order by fetched_at desc;
create table meta.snapshots (
    dataset varchar, snapshot_id varchar, origin varchar, release varchar, fetched_at timestamp, run varchar, parts integer, bytes bigint, held boolean, warnings varchar,
    primary key (dataset, snapshot_id)
);
comment on table meta.snapshots is 'What each fetch brought: one row per snapshot that is landed or held. Times are UTC.';
comment on column meta.snapshots.dataset is 'The dataset (meta.datasets).';
comment on column meta.snapshots.snapshot_id is 'The fingerprint of its parts: the same bytes are the same snapshot.';
comment on column meta.snapshots.origin is 'Where the bytes came from: live (the publisher), sample (the figures that ship with the project) or replay (files of a machine).';
comment on column meta.snapshots.release is 'The publisher''s own name of the release.';
comment on column meta.snapshots.fetched_at is 'When its last part was fetched.';
comment on column meta.snapshots.run is 'The run that fetched it first (meta.runs).';
comment on column meta.snapshots.parts is 'How many files or pages it consists of (meta.parts).';
comment on column meta.snapshots.bytes is 'How many bytes they hold.';
comment on column meta.snapshots.held is 'Whether it is held back from landing.';
comment on column meta.snapshots.warnings is 'What a person should know of this fetch.';
