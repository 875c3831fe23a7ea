-- Still-frame cameras (docs/design/frames.md), in a schema of their own.
CREATE SCHEMA frames;

CREATE TABLE frames.devices (
  device_id        text PRIMARY KEY CHECK (device_id ~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$'),
  display_name     text NOT NULL,
  is_enabled       boolean NOT NULL DEFAULT true,
  -- SHA-256 of the key, in hex; the key itself is shown once and kept nowhere.
  device_key_hash  text NOT NULL CHECK (device_key_hash ~ '^[0-9a-f]{64}$'),
  -- What the device signs with in place of the key; derived from it.
  signing_secret   bytea NOT NULL,
  -- The key before the newest, and until when it still opens.
  old_key_hash     text CHECK (old_key_hash ~ '^[0-9a-f]{64}$'),
  old_signing_secret bytea,
  old_key_until    timestamptz,
  -- Only signed requests are answered.
  requires_signature boolean NOT NULL DEFAULT false,
  created_at       timestamptz NOT NULL,
  last_seen_at     timestamptz,
  last_config_at   timestamptz,
  fw_version       text,
  rssi_dbm         integer,
  battery_mv       integer,
  -- What the device last said of itself.
  health           jsonb,
  notes            text,
  -- Until when the served configuration asks for a burst, and which burst that is.
  burst_until      timestamptz,
  burst_id         bigint NOT NULL DEFAULT 0
);

-- A key is looked up by the beginning of its hash and compared as a whole.
CREATE INDEX devices_key ON frames.devices (left(device_key_hash, 8));
CREATE INDEX devices_old_key ON frames.devices (left(old_key_hash, 8)) WHERE old_key_hash IS NOT NULL;

-- Signatures that were used, so that none is used twice. A row may go once its time is over.
CREATE TABLE frames.used_signatures (
  signature text PRIMARY KEY,
  until     timestamptz NOT NULL
);

-- A row is the server's receipt: its file and the file's name are durable on disk before it is committed.
CREATE TABLE frames.captures (
  capture_id      uuid PRIMARY KEY,
  device_id       text NOT NULL REFERENCES frames.devices ON DELETE CASCADE,
  -- By the server's clock where the device said how old the picture was, else by the device's own, never after received_at.
  captured_at     timestamptz NOT NULL,
  received_at     timestamptz NOT NULL,
  device_seq      bigint NOT NULL CHECK (device_seq >= 0),
  content_type    text NOT NULL DEFAULT 'image/jpeg',
  width           integer NOT NULL CHECK (width > 0),
  height          integer NOT NULL CHECK (height > 0),
  byte_size       bigint NOT NULL CHECK (byte_size > 0),
  -- Below the frames' folder; null once the file is gone.
  storage_uri     text,
  storage_class   text NOT NULL DEFAULT 'staging' CHECK (storage_class IN ('staging', 'event', 'debug', 'discarded')),
  sha256_hex      text NOT NULL CHECK (sha256_hex ~ '^[0-9a-f]{64}$'),
  jpeg_quality    integer NOT NULL CHECK (jpeg_quality BETWEEN 1 AND 100),
  rssi_dbm        integer,
  battery_mv      integer,
  analysis_status text NOT NULL DEFAULT 'queued' CHECK (analysis_status IN ('queued', 'processed', 'failed', 'skipped')),
  analyzed_at     timestamptz,
  analysis_error  text,
  -- What the delta worker measured: for plots.
  score           real,
  meta            jsonb NOT NULL,
  UNIQUE (device_id, device_seq)
);

CREATE INDEX captures_newest ON frames.captures (device_id, received_at DESC);
CREATE INDEX captures_staged ON frames.captures (received_at) WHERE storage_class = 'staging';

CREATE TABLE frames.jobs (
  job_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  capture_id  uuid NOT NULL UNIQUE REFERENCES frames.captures ON DELETE CASCADE,
  device_id   text NOT NULL,
  device_seq  bigint NOT NULL,
  status      text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'running', 'done', 'failed', 'dead')),
  attempts    integer NOT NULL DEFAULT 0,
  run_after   timestamptz NOT NULL,
  -- Names one claim, not one worker: a claim that was lost can change nothing any more.
  claim       uuid,
  lease_until timestamptz,
  last_error  text,
  created_at  timestamptz NOT NULL,
  updated_at  timestamptz NOT NULL
);

CREATE INDEX jobs_open ON frames.jobs (device_id, device_seq) WHERE status IN ('queued', 'running', 'failed');
CREATE INDEX jobs_status ON frames.jobs (status, updated_at) WHERE status <> 'done';

-- Where the delta worker is with each device: written in the transaction that ends a job.
CREATE TABLE frames.device_states (
  device_id  text PRIMARY KEY REFERENCES frames.devices ON DELETE CASCADE,
  state      jsonb NOT NULL,
  -- The luminance grids that the state refers to.
  grids      bytea NOT NULL,
  updated_at timestamptz NOT NULL
);

CREATE TABLE frames.events (
  event_id      uuid PRIMARY KEY,
  device_id     text NOT NULL REFERENCES frames.devices ON DELETE CASCADE,
  event_type    text NOT NULL CHECK (event_type ~ '^[a-z][a-z0-9_]{0,63}$'),
  person_count  integer,
  confidence    real CHECK (confidence BETWEEN 0 AND 1),
  started_at    timestamptz NOT NULL,
  ended_at      timestamptz,
  summary       text NOT NULL DEFAULT '',
  operator_note text,
  -- roi_version, config_version, thresholds, scores, captures, baseline, decision_trace.
  details       jsonb NOT NULL,
  created_at    timestamptz NOT NULL
);

CREATE INDEX events_newest ON frames.events (started_at DESC);
CREATE INDEX events_of_device ON frames.events (device_id, started_at DESC);

CREATE TABLE frames.event_images (
  event_image_id      uuid PRIMARY KEY,
  event_id            uuid NOT NULL REFERENCES frames.events ON DELETE CASCADE,
  capture_id          uuid REFERENCES frames.captures ON DELETE SET NULL,
  role                text NOT NULL CHECK (role IN ('pre', 'post', 'during', 'annotated', 'thumb')),
  -- Below the frames' folder.
  derived_storage_uri text NOT NULL,
  meta                jsonb NOT NULL DEFAULT '{}',
  created_at          timestamptz NOT NULL,
  UNIQUE (event_id, role)
);

CREATE INDEX event_images_age ON frames.event_images (created_at);

CREATE TABLE frames.device_rois (
  device_id  text NOT NULL REFERENCES frames.devices ON DELETE CASCADE,
  version    integer NOT NULL,
  regions    jsonb NOT NULL,
  is_active  boolean NOT NULL,
  created_at timestamptz NOT NULL,
  created_by text NOT NULL,
  PRIMARY KEY (device_id, version)
);

CREATE UNIQUE INDEX device_rois_active ON frames.device_rois (device_id) WHERE is_active;

CREATE TABLE frames.device_configs (
  device_id  text NOT NULL REFERENCES frames.devices ON DELETE CASCADE,
  version    integer NOT NULL,
  config     jsonb NOT NULL,
  is_active  boolean NOT NULL,
  created_at timestamptz NOT NULL,
  created_by text NOT NULL,
  PRIMARY KEY (device_id, version)
);

CREATE UNIQUE INDEX device_configs_active ON frames.device_configs (device_id) WHERE is_active;
