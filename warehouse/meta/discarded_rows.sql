-- One row per row that was left out of what landed, and reason.
-- Example: select kind, reason, count(*) as rows from meta.discarded_rows where dataset = 'dfe.pupil_attendance' group by all;
create table meta.discarded_rows (
    dataset varchar, vintage varchar, snapshot_id varchar, run varchar, stage varchar, source_part varchar, source_row bigint, change_id varchar, kind varchar,
    reason varchar, cells varchar
);
comment on table meta.discarded_rows is 'Rows that arrived and were left out of a landed vintage, by a declared policy, each with the reason: one row per row and reason.';
comment on column meta.discarded_rows.dataset is 'The dataset (meta.datasets).';
comment on column meta.discarded_rows.vintage is 'The vintage that landed without the row (meta.vintages).';
comment on column meta.discarded_rows.snapshot_id is 'The fetch that brought the row (meta.snapshots).';
comment on column meta.discarded_rows.run is 'The run that left it out (meta.runs).';
comment on column meta.discarded_rows.stage is 'arrived: a row of the source, for a change it shows; tidy: a row of the tidy table, for a rule that it breaks.';
comment on column meta.discarded_rows.source_part is 'The file, page or member within that fetch (meta.parts).';
comment on column meta.discarded_rows.source_row is 'The row within that part, counted from 1 as a person sees it on opening the file.';
comment on column meta.discarded_rows.change_id is 'The change (meta.changes); for a rule, the id of the rule (its change names it in detail).';
comment on column meta.discarded_rows.kind is 'The kind of change; rows_rejected for a rule.';
comment on column meta.discarded_rows.reason is 'The change or the rule, in a sentence.';
comment on column meta.discarded_rows.cells is 'The cells of the row as JSON: as they arrived, or of the tidy table.';
