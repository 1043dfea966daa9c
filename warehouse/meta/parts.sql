-- One row per part (file, page, member) of each snapshot in meta.snapshots.
-- Example: select url, fetched_at, sha256 from meta.parts where snapshot_id = '…' and part = 'page-0001.csv';
create table meta.parts (
    dataset varchar, snapshot_id varchar, part varchar, sha256 varchar, bytes bigint, url varchar, final_url varchar, http_status integer,
    fetched_at timestamp, media_type varchar, labels varchar, primary key (dataset, snapshot_id, part)
);
comment on table meta.parts is 'The files and pages of each snapshot, as they came: one row each. The archive holds their bytes under the SHA-256.';
comment on column meta.parts.dataset is 'The dataset (meta.datasets).';
comment on column meta.parts.snapshot_id is 'The snapshot (meta.snapshots).';
comment on column meta.parts.part is 'The name of the part: source_part of every row that came from it.';
comment on column meta.parts.sha256 is 'SHA-256 of its bytes.';
comment on column meta.parts.bytes is 'How many bytes it holds.';
comment on column meta.parts.url is 'The address that was asked, without secrets.';
comment on column meta.parts.final_url is 'The address that answered, after redirects.';
comment on column meta.parts.http_status is 'The HTTP status of the answer.';
comment on column meta.parts.fetched_at is 'When it was fetched, UTC.';
comment on column meta.parts.media_type is 'The media type that the service named.';
comment on column meta.parts.labels is 'What the declaration or the service says of it (period, edition, title), as JSON.';
