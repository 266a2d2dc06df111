-- Add counts to what is kept of a key, a day and a kind of address; counts of a key that is gone are dropped.
-- Inputs: keys bigint[], days date[], kinds text[], requests, bytes, refused bigint[], all of one length. Output: none.
-- Index: comptes_apiusage_once.
INSERT INTO comptes_apiusage (key_id, day, kind, requests, bytes, refused)
SELECT added.key_id, added.day, added.kind, added.requests, added.bytes, added.refused
FROM unnest(
  %(keys)s::bigint[], %(days)s::date[], %(kinds)s::text[], %(requests)s::bigint[], %(bytes)s::bigint[], %(refused)s::bigint[]
) AS added (key_id, day, kind, requests, bytes, refused)
JOIN comptes_apikey ON comptes_apikey.id = added.key_id
ORDER BY added.key_id, added.day, added.kind
ON CONFLICT ON CONSTRAINT comptes_apiusage_once DO UPDATE SET
  requests = comptes_apiusage.requests + excluded.requests,
  bytes = comptes_apiusage.bytes + excluded.bytes,
  refused = comptes_apiusage.refused + excluded.refused
