-- One row per dataset of each run in meta.runs.
-- Example: select run, status, error from meta.outcomes where dataset = 'ons.population' order by run desc;
create table meta.outcomes (
    run varchar, dataset varchar, status varchar, rows bigint, vintage varchar, snapshot_id varchar, error_code varchar, error varchar, seconds double,
    primary key (run, dataset)
);
comment on table meta.outcomes is 'What each run did with each dataset: one row each.';
comment on column meta.outcomes.run is 'The run (meta.runs).';
comment on column meta.outcomes.dataset is 'The dataset (meta.datasets).';
comment on column meta.outcomes.status is 'landed, unchanged, held or failed.';
comment on column meta.outcomes.rows is 'Rows of the tidy table; NULL where it was not made.';
comment on column meta.outcomes.vintage is 'The vintage that was landed or seen again.';
comment on column meta.outcomes.snapshot_id is 'What the run fetched.';
comment on column meta.outcomes.error_code is 'The code of the error, explained in docs/errors.md; NULL where there was none.';
comment on column meta.outcomes.error is 'What was found.';
comment on column meta.outcomes.seconds is 'How long its steps took together.';
