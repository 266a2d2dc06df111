-- What the public change feed needs beside the history (decision 0070).
--   geodata_succeed()   before row: a deletion made while chaine.successor is set names what replaced the feature,
--                       in the history and on the tombstone. In SQL: SET LOCAL chaine.successor = '<uuid>'; DELETE …
--   geodata_announce()  after row: NOTIFY geodata_changes with the collection, delivered at the commit; PostgreSQL
--                       sends equal notices of one transaction once, so a bulk load wakes a reader once a collection.
CREATE FUNCTION geodata_succeed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.successor := coalesce(nullif(geodata_setting('successor'), '')::uuid, NEW.successor);
  RETURN NEW;
END $$;
CREATE TRIGGER a_succeed BEFORE INSERT ON geodata_revision
  FOR EACH ROW WHEN (NEW.public_op = 'delete') EXECUTE FUNCTION geodata_succeed();
CREATE TRIGGER a_succeed BEFORE INSERT OR UPDATE ON geodata_tombstone
  FOR EACH ROW EXECUTE FUNCTION geodata_succeed();

CREATE FUNCTION geodata_announce() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('geodata_changes', NEW.collection);
  RETURN NULL;
END $$;
CREATE TRIGGER z_announce AFTER INSERT ON geodata_revision
  FOR EACH ROW WHEN (NEW.public_op IS NOT NULL) EXECUTE FUNCTION geodata_announce();
