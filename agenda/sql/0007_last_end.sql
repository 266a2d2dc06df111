-- When the last time of an event that repeats ends (decision 0238), on the wall clock of the instance.
-- Inputs: its rule (RRULE of RFC 5545 §3.3.10, empty: none), the first time, whether its hours are not known.
-- Output: the end of the only time without a rule; null where the rule has no end, or one more than a century ahead.
-- The days are those that `geodata.editing.periods` finds; a rule that cannot be read happens once. It calls functions of PostgreSQL alone:
-- a backup is restored with an empty search path.
CREATE FUNCTION agenda_last_end(rrule text, starts_at timestamptz, ends_at timestamptz, all_day boolean) RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  zone CONSTANT text := '%(zone)s';
  names CONSTANT text[] := ARRAY['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
  given CONSTANT text := upper(rrule);
  first CONSTANT timestamp := date_trunc(CASE WHEN all_day THEN 'day' ELSE 'second' END, starts_at AT TIME ZONE zone);
  day CONSTANT date := first::date;
  year CONSTANT int := extract(year FROM first);
  every CONSTANT text := substring(given FROM '(?:^|;)FREQ=([A-Z]+)');
  step int; times int; said text; until timestamp; ahead int[] := ARRAY[1, 5, 20, 100];
  months int[]; month_days int[]; year_days int[]; weeks int[]; places int[]; days text[];
  week_begins int; week date; reached int; final date; found bigint; last date;
BEGIN
  IF rrule = '' THEN
    RETURN ends_at;
  END IF;
  times := substring(given FROM '(?:^|;)COUNT=(\d+)')::int;
  said := substring(given FROM '(?:^|;)UNTIL=(\d{8}(?:T\d{6}Z?)?)');
  IF (times IS NULL AND said IS NULL) OR year > 9800 THEN
    RETURN NULL;
  END IF;
  IF said IS NOT NULL THEN
    until := make_timestamp(substr(said, 1, 4)::int, substr(said, 5, 2)::int, substr(said, 7, 2)::int,
      coalesce(nullif(substr(said, 10, 2), ''), '23')::int, coalesce(nullif(substr(said, 12, 2), ''), '59')::int,
      coalesce(nullif(substr(said, 14, 2), ''), '59')::int);
    IF said LIKE '%Z' THEN
      until := until AT TIME ZONE 'UTC' AT TIME ZONE zone;
    END IF;
    IF until >= make_date(year + 100, 1, 1) THEN
      RETURN NULL;
    END IF;
    ahead := ARRAY[greatest(extract(year FROM until)::int - year, 0)];
  END IF;
  step := coalesce(substring(given FROM '(?:^|;)INTERVAL=(\d+)'), '1')::int;
  week_begins := array_position(names, coalesce(substring(given FROM '(?:^|;)WKST=([A-Z]{2})'), 'MO'));
  week := day - mod(extract(isodow FROM day)::int - week_begins + 7, 7);
  months := string_to_array(substring(given FROM '(?:^|;)BYMONTH=([^;]+)'), ',')::int[];
  month_days := string_to_array(substring(given FROM '(?:^|;)BYMONTHDAY=([^;]+)'), ',')::int[];
  year_days := string_to_array(substring(given FROM '(?:^|;)BYYEARDAY=([^;]+)'), ',')::int[];
  weeks := string_to_array(substring(given FROM '(?:^|;)BYWEEKNO=([^;]+)'), ',')::int[];
  places := string_to_array(substring(given FROM '(?:^|;)BYSETPOS=([^;]+)'), ',')::int[];
  -- "+01SU" is "1SU".
  days := string_to_array(regexp_replace(substring(given FROM '(?:^|;)BYDAY=([^;]+)'), '\+?(-?)0*(\d*[A-Z])', '\1\2', 'g'), ',');
  IF coalesce(month_days, year_days, weeks) IS NULL AND days IS NULL THEN
    IF every = 'WEEKLY' THEN
      days := ARRAY[names[extract(isodow FROM day)::int]];
    ELSIF every IN ('MONTHLY', 'YEARLY') THEN
      month_days := ARRAY[extract(day FROM day)::int];
      IF every = 'YEARLY' THEN
        months := coalesce(months, ARRAY[extract(month FROM day)::int]);
      END IF;
    END IF;
  END IF;
  FOREACH reached IN ARRAY ahead LOOP
    final := make_date(year + reached, 12, 31);
    -- Whole years, and the weeks that lie in two of them: a place in a period (BYSETPOS) is counted in the whole of it.
    SELECT max(taken.d), count(*) INTO last, found FROM (
      SELECT placed.d FROM (
        SELECT c.d, row_number() OVER (PARTITION BY c.period ORDER BY c.d) AS place, count(*) OVER (PARTITION BY c.period) AS size
        FROM (
          SELECT b.*, mod(b.weekday - week_begins + 7, 7) AS since,
            CASE every WHEN 'DAILY' THEN b.d - day WHEN 'WEEKLY' THEN floor((b.d - week) / 7.0)::int
              WHEN 'MONTHLY' THEN (b.y - year) * 12 + b.m - extract(month FROM day)::int WHEN 'YEARLY' THEN b.y - year END AS period,
            CASE WHEN every = 'MONTHLY' OR months IS NOT NULL THEN b.of_month ELSE b.of_year END AS nth,
            CASE WHEN every = 'MONTHLY' OR months IS NOT NULL THEN b.month_size ELSE b.year_size END AS nth_of
          FROM (
            SELECT a.d, extract(year FROM a.d)::int AS y, extract(month FROM a.d)::int AS m, extract(isodow FROM a.d)::int AS weekday,
              extract(day FROM a.d)::int AS of_month, extract(doy FROM a.d)::int AS of_year,
              extract(day FROM date_trunc('month', a.d::timestamp) + interval '1 month - 1 day')::int AS month_size,
              extract(doy FROM make_date(extract(year FROM a.d)::int, 12, 31))::int AS year_size
            FROM (SELECT make_date(year, 1, 1) - 7 + g AS d
                  FROM generate_series(0, final - make_date(year, 1, 1) + 14) g) a) b) c
        CROSS JOIN LATERAL (
          SELECT e.d AS middle, make_date(extract(year FROM e.d)::int, 12, 28) AS close FROM (SELECT c.d - c.since + 3 AS d) e) w
        WHERE mod(c.period, step) = 0
          AND (months IS NULL OR c.m = ANY (months))
          AND (month_days IS NULL OR c.of_month = ANY (month_days) OR c.of_month - c.month_size - 1 = ANY (month_days))
          AND (year_days IS NULL OR c.of_year = ANY (year_days) OR c.of_year - c.year_size - 1 = ANY (year_days))
          AND (days IS NULL OR names[c.weekday] = ANY (days) OR ((c.nth - 1) / 7 + 1) || names[c.weekday] = ANY (days)
            OR '-' || ((c.nth_of - c.nth) / 7 + 1) || names[c.weekday] = ANY (days))
          AND (weeks IS NULL OR (extract(doy FROM w.middle)::int - 1) / 7 + 1 = ANY (weeks)
            OR (extract(doy FROM w.middle)::int - 1) / 7
              - (extract(doy FROM w.close - mod(extract(isodow FROM w.close)::int - week_begins + 7, 7) + 3)::int - 1) / 7 - 1 = ANY (weeks))
      ) placed
      WHERE (places IS NULL OR placed.place = ANY (places) OR placed.place - placed.size - 1 = ANY (places))
        AND placed.d BETWEEN day AND final AND (until IS NULL OR placed.d + (first - day) <= until)
      ORDER BY placed.d LIMIT times) taken;
    EXIT WHEN found >= times;
  END LOOP;
  IF found > 0 AND found < times AND until IS NULL THEN
    RETURN NULL;
  END IF;
  RETURN greatest(ends_at, ((ends_at AT TIME ZONE zone) + (last - day) * interval '1 day') AT TIME ZONE zone);
EXCEPTION WHEN data_exception THEN
  RETURN ends_at;
END $$;
