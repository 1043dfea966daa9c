-- One row per change that a run found (nothing here: nothing changed).
-- Example: select dataset, severity, what from meta.changes where severity <> 'info' order by run desc;
create table meta.changes (
    run varchar, dataset varchar, position integer, change_id varchar, kind varchar, severity varchar, what varchar, column_name varchar, detail varchar,
    primary key (run, dataset, position)
);
comment on table meta.changes is 'What changed in the sources: one row per change and run that saw it.';
comment on column meta.changes.run is 'The run (meta.runs).';
comment on column meta.changes.dataset is 'The dataset (meta.datasets).';
comment on column meta.changes.position is 'The place of the change in the run record, from 1.';
comment on column meta.changes.change_id is 'Stable over runs: the same change of the same thing has the same id.';
comment on column meta.changes.kind is 'The kind of change (docs/changes.md).';
comment on column meta.changes.severity is 'info, warning or breaking.';
comment on column meta.changes.what is 'The change in a sentence.';
comment on column meta.changes.column_name is 'The column of the source that it is about; NULL where it is about none.';
comment on column meta.changes.detail is 'Before, after and the evidence, as JSON.';
