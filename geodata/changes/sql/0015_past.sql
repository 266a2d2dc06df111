-- What reading the past needs beside the history (decision 0150).
--   geodata_moment()  before row: all changes of a transaction bear one instant, so that no instant shows half of it.
--                     It is read when the transaction has the revision lock: instants follow the order of commits.
--   since             the revision by which the state `before` came about; null when it was not public. A public
--                     state holds for the revisions [since, id).
--   object_id         the internal id of the row.
-- Indexes: states by period; by shape and period; by collection in the order of the internal id.
CREATE FUNCTION geodata_moment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF geodata_setting('moment') = '' THEN
    PERFORM set_config('chaine.moment', clock_timestamp()::text, true);
  END IF;
  NEW.at := geodata_setting('moment')::timestamptz;
  RETURN NEW;
END $$;
CREATE TRIGGER a_moment BEFORE INSERT ON geodata_revision FOR EACH ROW EXECUTE FUNCTION geodata_moment();

ALTER TABLE geodata_revision
  ADD COLUMN object_id bigint GENERATED ALWAYS AS ((before->>'id')::bigint) STORED,
  ADD COLUMN since bigint GENERATED ALWAYS AS (
    CASE WHEN before->>'status' = 'published' AND before->>'deleted_at' IS NULL THEN (before->>'revision')::bigint END) STORED;
CREATE INDEX geodata_revision_period ON geodata_revision USING gist (int8range(since, id)) WHERE since IS NOT NULL;
CREATE INDEX geodata_revision_shape ON geodata_revision
  USING gist (((before->>'geom')::geometry), int8range(since, id)) WHERE since IS NOT NULL;
CREATE INDEX geodata_revision_number ON geodata_revision (collection, object_id, id) WHERE since IS NOT NULL;
