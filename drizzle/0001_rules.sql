-- What drizzle-kit does not write: functions, storage settings, the application's role and its grants.

-- A set of identities as bits: identity n is bit n. Ids below 0 do not occur.
CREATE FUNCTION identity_bits(ids integer[]) RETURNS bit varying LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  bits bit varying := '';
  id integer;
BEGIN
  IF ids IS NULL OR cardinality(ids) = 0 THEN
    RETURN bits;
  END IF;
  bits := repeat('0', (SELECT max(i) FROM unnest(ids) i) + 1)::bit varying;
  FOREACH id IN ARRAY ids LOOP
    bits := set_bit(bits, id, 1);
  END LOOP;
  RETURN bits;
END $$;
--> statement-breakpoint
-- Extends a set to a length, so that sets of one query can be united by bit_or.
CREATE FUNCTION pad_bits(bits bit varying, size integer) RETURNS bit varying LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT bits || repeat('0', greatest(size - length(bits), 0))::bit varying
$$;
--> statement-breakpoint
-- The marks table is written and emptied all the time: keep it small.
ALTER TABLE dirty_hours SET (autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_insert_threshold = -1);
--> statement-breakpoint
-- Rollup rows are updated in place: leave room on their pages.
ALTER TABLE usage_hours SET (fillfactor = 90);
--> statement-breakpoint
ALTER TABLE identity_days SET (fillfactor = 90);
--> statement-breakpoint
ALTER TABLE day_identities SET (fillfactor = 90);
--> statement-breakpoint
-- The application's connections take this role; it owns nothing.
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'outlay_app') THEN
    CREATE ROLE outlay_app NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
--> statement-breakpoint
DO $$ BEGIN
  EXECUTE format('GRANT outlay_app TO %I', current_user);
EXCEPTION WHEN invalid_grant_operation OR unique_violation THEN NULL;
END $$;
--> statement-breakpoint
GRANT USAGE ON SCHEMA public TO outlay_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO outlay_app;
--> statement-breakpoint
-- Entries are never changed or removed; partitions are reached through their parent only.
REVOKE UPDATE, DELETE ON audit_entries FROM outlay_app;
--> statement-breakpoint
REVOKE DELETE ON audit_heads FROM outlay_app;
