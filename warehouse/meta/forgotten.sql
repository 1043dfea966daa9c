-- One row per snapshot whose bytes a person ordered removed.
-- Example: select dataset, forgotten_at, reason from meta.forgotten;
create table meta.forgotten (
    dataset varchar, snapshot_id varchar, forgotten_at timestamp, person varchar, reason varchar, vintages integer, parts integer, detail varchar,
    primary key (dataset, snapshot_id)
);
comment on table meta.forgotten is 'Snapshots that were removed from archive, lake and quarantine by order, such as personal data that a publisher has withdrawn. One row each.';
comment on column meta.forgotten.dataset is 'The dataset (meta.datasets).';
comment on column meta.forgotten.snapshot_id is 'The snapshot that is gone.';
comment on column meta.forgotten.forgotten_at is 'When it was removed, UTC.';
comment on column meta.forgotten.person is 'Who ordered it.';
comment on column meta.forgotten.reason is 'Why.';
comment on column meta.forgotten.vintages is 'How many vintages of the lake went with it.';
comment on column meta.forgotten.parts is 'How many parts it had.';
comment on column meta.forgotten.detail is 'The names and SHA-256 of its parts, and which of them stay because another snapshot has them too, as JSON.';
