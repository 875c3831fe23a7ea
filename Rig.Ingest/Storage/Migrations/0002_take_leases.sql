-- Which of several servers transfers a take right now. A row whose time is over is anybody's.
CREATE TABLE ingest.take_leases (
  session_id  text NOT NULL,
  camera_id   text NOT NULL,
  take        integer NOT NULL CHECK (take BETWEEN 1 AND 999),
  -- Names one claim, not one server: a claim that was lost can change nothing any more.
  claim       text NOT NULL,
  lease_until timestamptz NOT NULL,
  PRIMARY KEY (session_id, camera_id, take)
);
