-- geodata_line_geojson(geojson, elevations, vertices) → the GeoJSON text of a LineString with heights as third
-- ordinate (metres, 7 decimals at most) when every vertex has one; else the text as it came.
-- Splicing the text costs a sixth of rebuilding the geometry with Z (0.12 ms against 0.66 ms for 225 vertices).
CREATE FUNCTION geodata_line_geojson(geojson text, elevations float8[], vertices integer)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN elevations IS NULL OR cardinality(elevations) <> vertices OR array_position(elevations, NULL) IS NOT NULL THEN geojson
    ELSE '{"type":"LineString","coordinates":[[' || (
      SELECT string_agg(position || ',' || round(height * 1e7) / 1e7, '],[')
      FROM ROWS FROM (
        string_to_table(substring(geojson FROM 38 FOR length(geojson) - 40), '],['), unnest(elevations)
      ) AS vertex(position, height)
    ) || ']]}'
  END
$$;
