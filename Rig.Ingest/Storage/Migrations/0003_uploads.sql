-- Uploads that go over several requests. Their bytes lie in the temporary folder; how far they are is the file itself.
CREATE TABLE ingest.uploads (
  upload_id   text PRIMARY KEY CHECK (upload_id ~ '^[0-9a-f]{32}$'),
  session_id  text NOT NULL,
  camera_id   text NOT NULL,
  take        integer CHECK (take BETWEEN 1 AND 999),
  -- Of the whole file, as its sender says. Null only where every chunk brings a checksum of its own.
  sha256      text CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  size_bytes  bigint CHECK (size_bytes >= 0),
  -- Null for the resumable protocol, whose file is a prefix; else chunks may come in any order.
  chunk_bytes bigint CHECK (chunk_bytes > 0),
  manifest    bytea,
  -- The same sender's same file finds its upload again by this; null is never found.
  fingerprint text UNIQUE,
  created_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  touched_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- The final answer, for a sender that did not get it.
  ended_status integer,
  ended_reply  text
);

CREATE INDEX uploads_touched ON ingest.uploads (touched_at);

-- Chunks whose bytes are durable.
CREATE TABLE ingest.upload_chunks (
  upload_id   text NOT NULL REFERENCES ingest.uploads ON DELETE CASCADE,
  chunk_index integer NOT NULL CHECK (chunk_index >= 0),
  md5         text NOT NULL,
  -- Whether its sender gave that checksum.
  verified    boolean NOT NULL,
  PRIMARY KEY (upload_id, chunk_index)
);

-- What older rigs say of a session beside its recordings.
CREATE TABLE ingest.session_manifests (
  session_id text PRIMARY KEY,
  manifest   jsonb NOT NULL,
  stored_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);
