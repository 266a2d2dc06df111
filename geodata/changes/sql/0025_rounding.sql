-- What is stored is what is published (decision 0229): seven decimals, each coordinate the double that a reader of the
-- GeoJSON gets. ST_SnapToGrid gives another last bit.
--   geodata_rounded(shape)  the shape as a reader gets it back. An area that this makes invalid is put on the grid whole (vertices
--                           that meet become one, edges that cross get a vertex); one that was invalid stays so, and is refused.
--   geodata_round()         before row: a shape that is new or changed is rounded.
CREATE FUNCTION geodata_rounded(shape geometry) RETURNS geometry LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS $$
DECLARE
  rounded CONSTANT geometry := ST_GeomFromGeoJSON(ST_AsGeoJSON(shape, 7, 0));
  mended geometry;
BEGIN
  IF rounded IS NOT DISTINCT FROM shape OR ST_Dimension(shape) < 2 OR ST_IsValid(rounded) OR NOT ST_IsValid(shape) THEN
    RETURN rounded;
  END IF;
  mended := ST_ReducePrecision(shape, 1e-7);
  RETURN ST_GeomFromGeoJSON(ST_AsGeoJSON(CASE WHEN ST_GeometryType(shape) = 'ST_MultiPolygon' THEN ST_Multi(mended) ELSE mended END, 7, 0));
END $$;

CREATE FUNCTION geodata_round() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' OR NEW.geom IS DISTINCT FROM OLD.geom THEN
    NEW.geom := geodata_rounded(NEW.geom);
  END IF;
  RETURN NEW;
END $$;
