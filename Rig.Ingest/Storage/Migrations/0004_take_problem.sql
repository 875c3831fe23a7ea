-- What is wrong with the video as its sender has it, as a sentence; such a take is held all the same. Null for a whole MP4 file.
ALTER TABLE ingest.takes ADD COLUMN problem text;
