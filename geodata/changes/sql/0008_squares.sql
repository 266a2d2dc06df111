-- geodata_spot(shape) → the point that stands for a shape, in EPSG:3857: itself, or a point inside it.
CREATE FUNCTION geodata_spot(shape geometry) RETURNS geometry LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ST_Transform(CASE WHEN ST_GeometryType(shape) = 'ST_Point' THEN shape ELSE ST_PointOnSurface(shape) END, 3857)
$$;
-- geodata_square(metres) → the column of an easting, or the row of a negated northing, among tiles of zoom 14.
CREATE FUNCTION geodata_square(metres float8) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT floor((metres + 20037508.342789244) / 2445.984905125641)::integer
$$;
