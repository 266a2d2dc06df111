-- geodata_words(text) → the folded words of a text, for an index; geodata_wanted(text) → the query that finds
-- texts in which a word begins with each of these. Words are runs of letters and digits; without any, nothing is found.
CREATE FUNCTION geodata_words(words text) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 500 AS $$
BEGIN
  RETURN array_to_tsvector(array_remove(regexp_split_to_array(geodata_folded(words), '[^[:alnum:]]+'), ''));
END
$$;
CREATE FUNCTION geodata_wanted(words text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT string_agg(quote_literal(word) || ':*', ' & ')::tsquery
  FROM regexp_split_to_table(geodata_folded(words), '[^[:alnum:]]+') word WHERE word <> ''
$$;
