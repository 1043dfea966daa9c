-- One row per run, the newest 500.
-- Example: select run, finished, landed, held, failed from meta.runs order by finished desc;
create table meta.runs (
    run varchar primary key, started timestamp, finished timestamp, origin varchar, engine varchar, datasets integer, landed integer, unchanged integer,
    held integer, failed integer
);
comment on table meta.runs is 'The runs of the pipeline that were recorded before this publication: one row each, the newest 500. Times are UTC.';
comment on column meta.runs.run is 'The run id.';
comment on column meta.runs.started is 'When it began.';
comment on column meta.runs.finished is 'When it ended.';
comment on column meta.runs.origin is 'Where the bytes came from: live, sample or replay.';
comment on column meta.runs.engine is 'What ran it: prefect or direct.';
comment on column meta.runs.datasets is 'How many datasets were asked for.';
comment on column meta.runs.landed is 'How many landed a new vintage.';
comment on column meta.runs.unchanged is 'How many brought nothing new.';
comment on column meta.runs.held is 'How many were held.';
comment on column meta.runs.failed is 'How many failed.';
