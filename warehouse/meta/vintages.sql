-- One row per vintage (landed state) of each dataset.
-- Example: select vintage, known_from, rows from meta.vintages where dataset = 'ons.population' order by known_from;
create table meta.vintages (
    dataset varchar, vintage varchar, snapshot_id varchar, release varchar, known_from timestamp, landed_at timestamp, last_seen timestamp, run varchar,
    rows bigint, current_rows bigint, content varchar, contract varchar, tidy_sql varchar, primary key (dataset, vintage)
);
comment on table meta.vintages is 'Every landed state of every dataset: one row each. Times are UTC.';
comment on column meta.vintages.dataset is 'The dataset (meta.datasets).';
comment on column meta.vintages.vintage is 'Its id: the time of landing and the head of the snapshot.';
comment on column meta.vintages.snapshot_id is 'The fetch it was made from (meta.snapshots).';
comment on column meta.vintages.release is 'The publisher''s own name of the release.';
comment on column meta.vintages.known_from is 'From when it counts as known: the landing, or the release date where it was filled in later.';
comment on column meta.vintages.landed_at is 'When it was landed.';
comment on column meta.vintages.last_seen is 'When the same content was last delivered, as of this publication.';
comment on column meta.vintages.run is 'The run that landed it (meta.runs).';
comment on column meta.vintages.rows is 'How many rows it has.';
comment on column meta.vintages.current_rows is 'How many of them stand in the current table: no newer vintage has their period.';
comment on column meta.vintages.content is 'Fingerprint of the values that arrived.';
comment on column meta.vintages.contract is 'Fingerprint of the contract that they were held against.';
comment on column meta.vintages.tidy_sql is 'Fingerprint of what made the tidy table.';
