-- One row per declared dataset, landed or not.
-- Example: select dataset, rows, landed_at, held_since from meta.datasets where held_since is not null;
create table meta.datasets (
    dataset varchar primary key, title varchar, why varchar, owner varchar, licence varchar, attribution varchar, source varchar, caveats varchar,
    grain varchar, delivery varchar, period_column varchar, rows bigint, vintages integer, vintage varchar, snapshot_id varchar, release varchar,
    known_from timestamp, landed_at timestamp, last_seen timestamp, held_since timestamp, kept_because varchar
);
comment on table meta.datasets is 'The datasets of this evidence base: one row each. Times are UTC.';
comment on column meta.datasets.dataset is 'The id: schema and table of the current rows.';
comment on column meta.datasets.title is 'What it is, in words.';
comment on column meta.datasets.why is 'Why it is kept: what it informs.';
comment on column meta.datasets.owner is 'Who answers for it.';
comment on column meta.datasets.licence is 'The licence under which the publisher gives it.';
comment on column meta.datasets.attribution is 'The words to print with anything made from it.';
comment on column meta.datasets.source is 'The service it comes from.';
comment on column meta.datasets.caveats is 'What to bear in mind when using it.';
comment on column meta.datasets.grain is 'The columns that tell one row from another.';
comment on column meta.datasets.delivery is 'What one release holds: full (everything), window (the last periods) or increment (the new period).';
comment on column meta.datasets.period_column is 'The column whose values are replaced whole by newer vintages; NULL where the table has no time.';
comment on column meta.datasets.rows is 'Rows of the current table; NULL where nothing has landed.';
comment on column meta.datasets.vintages is 'How many states have been landed.';
comment on column meta.datasets.vintage is 'The newest vintage.';
comment on column meta.datasets.snapshot_id is 'The fetch that the newest vintage was made from.';
comment on column meta.datasets.release is 'The publisher''s own name of that release.';
comment on column meta.datasets.known_from is 'From when the newest vintage counts as known.';
comment on column meta.datasets.landed_at is 'When the newest vintage was landed.';
comment on column meta.datasets.last_seen is 'When its content was last delivered, as of this publication.';
comment on column meta.datasets.held_since is 'Since when newer snapshots are held back: the table is the last good one. NULL where nothing is held.';
comment on column meta.datasets.kept_because is 'Why this table is carried over from the publication before: its lake could not be read. NULL normally.';
