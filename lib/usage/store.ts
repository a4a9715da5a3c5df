import type { TokenCounts } from './request'

/** One event as it is stored, every word already an id. */
export type EventRow = {
  eventId: string
  baseId: string | null
  isShared: boolean
  path: number
  occurredAtMs: number
  costNanos: bigint
  costKind: number
  priceVersionId: number
  creditsMicrocredits: bigint | null
  sessionId: string | null
  tokens: TokenCounts
  latencyMs: number | null
  ttftMs: number | null
  identityId: number
  modelId: number
  providerId: number
  clientId: number
  clientVersionId: number
  projectId: number
  languageId: number
  modeId: number
  tierId: number
  sourceId: number
  profileId: number
  outcome: number
  settles: boolean
}

type EventColumn = { name: string; type: string; isStored: boolean; literal: (row: EventRow) => string }

const column = (name: string, type: string, read: (row: EventRow) => string | number | bigint | boolean | null): EventColumn => ({
  name,
  type,
  isStored: true,
  // Numbers, UUIDs and times need no quoting in an array's text form; none of these columns is free text.
  literal: (row) => String(read(row) ?? 'NULL'),
})

/** The columns of a batch: each travels as one array, in the text form that PostgreSQL reads fastest from this driver. */
export const eventColumns: readonly EventColumn[] = [
  column('event_id', 'uuid', (row) => row.eventId),
  column('occurred_at', 'timestamptz', (row) => new Date(row.occurredAtMs).toISOString()),
  column('cost_nanos', 'bigint', (row) => row.costNanos),
  column('credits_microcredits', 'bigint', (row) => row.creditsMicrocredits),
  column('session_id', 'uuid', (row) => row.sessionId),
  column('uncached_tokens', 'integer', (row) => row.tokens.uncached),
  column('cache_read_tokens', 'integer', (row) => row.tokens.cacheRead),
  column('cache_write_5m_tokens', 'integer', (row) => row.tokens.cacheWrite5m),
  column('cache_write_1h_tokens', 'integer', (row) => row.tokens.cacheWrite1h),
  column('output_tokens', 'integer', (row) => row.tokens.output),
  column('reasoning_tokens', 'integer', (row) => row.tokens.reasoning),
  column('latency_ms', 'integer', (row) => row.latencyMs),
  column('ttft_ms', 'integer', (row) => row.ttftMs),
  column('identity_id', 'integer', (row) => row.identityId),
  column('model_id', 'integer', (row) => row.modelId),
  column('provider_id', 'integer', (row) => row.providerId),
  column('client_id', 'integer', (row) => row.clientId),
  column('client_version_id', 'integer', (row) => row.clientVersionId),
  column('project_id', 'integer', (row) => row.projectId),
  column('language_id', 'integer', (row) => row.languageId),
  column('mode_id', 'integer', (row) => row.modeId),
  column('tier_id', 'integer', (row) => row.tierId),
  column('source_id', 'integer', (row) => row.sourceId),
  column('profile_id', 'integer', (row) => row.profileId),
  column('price_version_id', 'integer', (row) => row.priceVersionId),
  column('cost_kind', 'smallint', (row) => row.costKind),
  column('outcome', 'smallint', (row) => row.outcome),
  column('settles', 'boolean', (row) => row.settles),
  { ...column('base_id', 'uuid', (row) => row.baseId), isStored: false },
  { ...column('is_shared', 'boolean', (row) => row.isShared), isStored: false },
  { ...column('path', 'smallint', (row) => row.path), isStored: false },
]

const stored = eventColumns.filter(({ isStored }) => isStored).map(({ name }) => name)

/**
 * One statement per batch: keys of requests that other paths can bring, the events, and the marks of the hours that they touch, all or nothing.
 * `$1` is the organization, the rest are the arrays of `eventColumns`. Answers what was new, by id and time: one id can be stored at two times.
 */
export const storeEventsSql = `
with incoming as (
  select * from unnest(${eventColumns.map(({ type }, index) => `$${index + 2}::${type}[]`).join(', ')})
    as t(${eventColumns.map(({ name }) => name).join(', ')})
),
keyed as (
  insert into event_keys (org_id, event_id, occurred_at, base_id, path)
  select $1::bigint, event_id, occurred_at, base_id, path from incoming where is_shared
  on conflict do nothing
  returning event_id, occurred_at, base_id, path
),
-- Requests without an id of their own: how many of each base a path has brought by now, these included, in the order of their times.
counted as (
  select k.event_id, k.occurred_at,
    row_number() over (partition by k.base_id, k.path order by k.occurred_at, k.event_id) + (
      select count(*) from event_keys e where e.org_id = $1::bigint and e.base_id = k.base_id and e.path = k.path
    ) as brought,
    coalesce((
      select max(other.brought) from (
        select count(*) as brought from event_keys e
        where e.org_id = $1::bigint and e.base_id = k.base_id and e.path <> k.path group by e.path
      ) other
    ), 0) as brought_by_another
  from keyed k where k.base_id is not null
),
new_here as (
  select event_id, occurred_at from keyed where base_id is null
  union all
  -- What another path has brought as often is the same request; only the surplus is new.
  select event_id, occurred_at from counted where brought > brought_by_another
),
stored as (
  insert into usage_events (org_id, ${stored.join(', ')})
  select $1::bigint, ${stored.map((name) => `i.${name}`).join(', ')}
  from incoming i
  where not i.is_shared or (i.event_id, i.occurred_at) in (select event_id, occurred_at from new_here)
  on conflict do nothing
  returning event_id, occurred_at
),
marked as (
  insert into dirty_hours (org_id, utc_hour)
  select distinct $1::bigint, date_trunc('hour', occurred_at, 'UTC') from stored
)
select event_id, (extract(epoch from occurred_at) * 1000)::float8 as occurred_at_ms from stored`

/** Orders the batches of an organization that count requests without an id: taken before `storeEventsSql`, so that its snapshot sees the one before. */
export const lockBasesSql = `select pg_advisory_xact_lock(hashtextextended('bases:' || $1, 0))`
