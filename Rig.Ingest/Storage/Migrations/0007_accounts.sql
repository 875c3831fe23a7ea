-- The people who may use this server, made on its command line.
CREATE TABLE ingest.accounts (
  account_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- As it is shown.
  name          text NOT NULL,
  -- As it is compared: in lower case.
  name_key      text NOT NULL UNIQUE,
  role          text NOT NULL CHECK (role IN ('owner', 'member')),
  password_hash text NOT NULL,
  created_at    timestamptz NOT NULL
);

-- Who is signed in where. A cookie counts only while its session is here.
CREATE TABLE ingest.account_sessions (
  -- SHA-256 of the key in the cookie.
  session_sha256 text PRIMARY KEY CHECK (session_sha256 ~ '^[0-9a-f]{64}$'),
  account_id     bigint NOT NULL REFERENCES ingest.accounts ON DELETE CASCADE,
  -- The browser's description of itself.
  device         text NOT NULL,
  created_at     timestamptz NOT NULL,
  last_seen_at   timestamptz NOT NULL
);

CREATE INDEX account_sessions_account ON ingest.account_sessions (account_id);

-- Browsers that signed in to an account before. That opens nothing; it gives them wrong tries of their own.
CREATE TABLE ingest.account_devices (
  account_id    bigint NOT NULL REFERENCES ingest.accounts ON DELETE CASCADE,
  -- SHA-256 of what the device's cookie holds.
  device_sha256 text NOT NULL CHECK (device_sha256 ~ '^[0-9a-f]{64}$'),
  last_used_at  timestamptz NOT NULL,
  PRIMARY KEY (account_id, device_sha256)
);
