-- geodata_with_heights(line, elevations) → the line with Z in metres when every vertex has one.
CREATE FUNCTION geodata_with_heights(line geometry, elevations float8[]) RETURNS geometry LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN elevations IS NULL OR cardinality(elevations) <> ST_NPoints(line) OR array_position(elevations, NULL) IS NOT NULL THEN line
    ELSE (SELECT ST_SetSRID(ST_MakeLine(ST_MakePoint(ST_X(d.geom), ST_Y(d.geom), elevations[d.path[1]]) ORDER BY d.path[1]), ST_SRID(line))
          FROM ST_DumpPoints(line) d)
  END
$$;
-- geodata_folded(text) → lower case without accents, for searching; immutable so that indexes can hold it.
CREATE FUNCTION geodata_folded(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT translate(lower(public.unaccent('public.unaccent'::regdictionary, words)), '-’''', '   ')
$$;
