import { sql } from 'drizzle-orm'
import { boolean, date, foreignKey, index, integer, pgTable, primaryKey, smallint, text, unique, uuid } from 'drizzle-orm/pg-core'
import { count, identityBits, instant, measureColumns, money, nameId, orgId } from '../columns'
import { people } from './members'
import { organizations } from './organizations'

/** The words of an organization's events as small ids; capped per kind. */
export const names = pgTable(
  'names',
  {
    orgId: orgId().references(() => organizations.orgId),
    kind: smallint('kind').notNull(),
    nameId: integer('name_id').notNull(),
    value: text('value').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.kind, table.nameId] }),
    unique('names_value').on(table.orgId, table.kind, table.value),
  ],
)

/** Who events say made them: a key's owner or a claim. The id is a bit in the bitmaps and never reused. */
export const identities = pgTable(
  'identities',
  {
    orgId: orgId().references(() => organizations.orgId),
    identityId: integer('identity_id').notNull(),
    namespace: text('namespace').notNull(),
    claim: text('claim').notNull(),
    /** Mapped when read; null is *Unattributed*. */
    personId: uuid('person_id'),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.identityId] }),
    unique('identities_claim').on(table.orgId, table.namespace, table.claim),
    index('identities_person').on(table.orgId, table.personId),
    foreignKey({ columns: [table.orgId, table.personId], foreignColumns: [people.orgId, people.personId] }),
  ],
)

/** Every AI request, once. Partitioned by month of `occurred_at` (the migration is written by hand). */
export const usageEvents = pgTable(
  'usage_events',
  {
    orgId: orgId(),
    occurredAt: instant('occurred_at').notNull(),
    costNanos: money('cost_nanos').notNull(),
    creditsMicrocredits: money('credits_microcredits'),
    eventId: uuid('event_id').notNull(),
    sessionId: uuid('session_id'),
    uncachedTokens: integer('uncached_tokens').notNull(),
    cacheReadTokens: integer('cache_read_tokens').notNull(),
    cacheWrite5mTokens: integer('cache_write_5m_tokens').notNull(),
    cacheWrite1hTokens: integer('cache_write_1h_tokens').notNull(),
    outputTokens: integer('output_tokens').notNull(),
    reasoningTokens: integer('reasoning_tokens').notNull(),
    latencyMs: integer('latency_ms'),
    ttftMs: integer('ttft_ms'),
    identityId: nameId('identity_id'),
    modelId: nameId('model_id'),
    providerId: nameId('provider_id'),
    clientId: nameId('client_id'),
    clientVersionId: nameId('client_version_id'),
    projectId: nameId('project_id'),
    languageId: nameId('language_id'),
    modeId: nameId('mode_id'),
    tierId: nameId('tier_id'),
    sourceId: nameId('source_id'),
    profileId: nameId('profile_id'),
    priceVersionId: nameId('price_version_id'),
    costKind: smallint('cost_kind').notNull(),
    outcome: smallint('outcome').notNull(),
    settles: boolean('settles').notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.occurredAt, table.eventId] })],
)

/**
 * The keys of requests that can arrive by more than one path, with two times: what makes them count once. `base_id` is the key
 * without a time for tools that name no request, by which a second path finds what the first one already stored.
 */
export const eventKeys = pgTable(
  'event_keys',
  {
    orgId: orgId(),
    eventId: uuid('event_id').notNull(),
    occurredAt: instant('occurred_at').notNull(),
    baseId: uuid('base_id'),
    path: smallint('path').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.eventId] }),
    index('event_keys_base')
      .on(table.orgId, table.baseId)
      .where(sql`${table.baseId} is not null`),
  ],
)

/** Marks: UTC hours whose rollups no longer equal their events. Appended, a row per batch and hour, with no key (docs/decisions). */
export const dirtyHours = pgTable('dirty_hours', { orgId: orgId(), utcHour: instant('utc_hour').notNull() })

/** UTC days whose active users must be counted again. */
export const dirtyDays = pgTable(
  'dirty_days',
  { orgId: orgId(), utcDay: date('utc_day', { mode: 'string' }).notNull() },
  (table) => [primaryKey({ columns: [table.orgId, table.utcDay] })],
)

/** UTC hours whose settling events may have changed since they were last posted. */
export const unsettledHours = pgTable('unsettled_hours', { orgId: orgId(), utcHour: instant('utc_hour').notNull() }, (table) => [
  primaryKey({ columns: [table.orgId, table.utcHour] }),
])

const generation = () => integer('generation').notNull()
const localDay = (name = 'day') => date(name, { mode: 'string' }).notNull()

/** The cube: the staging level from which the days are rebuilt, and the table for cross filters. */
export const usageHours = pgTable(
  'usage_hours',
  {
    orgId: orgId(),
    generation: generation(),
    hour: instant('hour').notNull(),
    day: localDay(),
    identityId: nameId('identity_id'),
    profileId: nameId('profile_id'),
    modelId: nameId('model_id'),
    providerId: nameId('provider_id'),
    clientId: nameId('client_id'),
    projectId: nameId('project_id'),
    languageId: nameId('language_id'),
    modeId: nameId('mode_id'),
    tierId: nameId('tier_id'),
    settles: boolean('settles').notNull(),
    ...measureColumns(),
  },
  (table) => [
    primaryKey({
      columns: [
        table.orgId,
        table.generation,
        table.hour,
        table.identityId,
        table.profileId,
        table.modelId,
        table.providerId,
        table.clientId,
        table.projectId,
        table.languageId,
        table.modeId,
        table.tierId,
        table.settles,
      ],
    }),
  ],
)

const counted = () => ({
  ...measureColumns(),
  users: integer('users').notNull(),
  identities: identityBits('identities').notNull(),
})

export const orgHours = pgTable(
  'org_hours',
  { orgId: orgId(), generation: generation(), hour: instant('hour').notNull(), day: localDay(), ...measureColumns() },
  (table) => [primaryKey({ columns: [table.orgId, table.generation, table.hour] })],
)

export const days = pgTable('days', { orgId: orgId(), generation: generation(), day: localDay(), ...counted() }, (table) => [
  primaryKey({ columns: [table.orgId, table.generation, table.day] }),
])

export const dayModels = pgTable(
  'day_models',
  { orgId: orgId(), generation: generation(), day: localDay(), modelId: nameId('model_id'), ...counted() },
  (table) => [primaryKey({ columns: [table.orgId, table.generation, table.day, table.modelId] })],
)

export const dayProjects = pgTable(
  'day_projects',
  { orgId: orgId(), generation: generation(), day: localDay(), projectId: nameId('project_id'), ...counted() },
  (table) => [primaryKey({ columns: [table.orgId, table.generation, table.day, table.projectId] })],
)

export const dayLanguages = pgTable(
  'day_languages',
  { orgId: orgId(), generation: generation(), day: localDay(), languageId: nameId('language_id'), ...counted() },
  (table) => [primaryKey({ columns: [table.orgId, table.generation, table.day, table.languageId] })],
)

export const dayProviders = pgTable(
  'day_providers',
  { orgId: orgId(), generation: generation(), day: localDay(), providerId: nameId('provider_id'), ...counted() },
  (table) => [primaryKey({ columns: [table.orgId, table.generation, table.day, table.providerId] })],
)

export const dayClients = pgTable(
  'day_clients',
  {
    orgId: orgId(),
    generation: generation(),
    day: localDay(),
    clientId: nameId('client_id'),
    tierId: nameId('tier_id'),
    ...counted(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.generation, table.day, table.clientId, table.tierId] })],
)

export const dayIdentities = pgTable(
  'day_identities',
  { orgId: orgId(), generation: generation(), day: localDay(), identityId: nameId('identity_id'), ...measureColumns() },
  (table) => [primaryKey({ columns: [table.orgId, table.generation, table.day, table.identityId] })],
)

export const monthIdentities = pgTable(
  'month_identities',
  { orgId: orgId(), generation: generation(), month: localDay('month'), identityId: nameId('identity_id'), ...measureColumns() },
  (table) => [primaryKey({ columns: [table.orgId, table.generation, table.month, table.identityId] })],
)

/** Person-first: one person's usage, and the drill-down from a row to its people. */
export const identityDays = pgTable(
  'identity_days',
  {
    orgId: orgId(),
    generation: generation(),
    identityId: nameId('identity_id'),
    day: localDay(),
    modelId: nameId('model_id'),
    clientId: nameId('client_id'),
    projectId: nameId('project_id'),
    ...measureColumns(),
  },
  (table) => [
    primaryKey({
      columns: [table.orgId, table.generation, table.identityId, table.day, table.modelId, table.clientId, table.projectId],
    }),
    index('identity_days_project').on(table.orgId, table.generation, table.projectId, table.day),
  ],
)

/** Who was active on a UTC day, by client, tier and language, for the dashboard. */
export const activeDays = pgTable(
  'active_days',
  {
    orgId: orgId(),
    utcDay: date('utc_day', { mode: 'string' }).notNull(),
    clientId: nameId('client_id'),
    tierId: nameId('tier_id'),
    languageId: nameId('language_id'),
    identities: identityBits('identities').notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.utcDay, table.clientId, table.tierId, table.languageId] })],
)

/** Distinct active people in the 1, 7 or 30 UTC days that end with `utc_day`; −1 stands for all clients, tiers or languages. */
export const activeCounts = pgTable(
  'active_counts',
  {
    orgId: orgId(),
    utcDay: date('utc_day', { mode: 'string' }).notNull(),
    windowDays: smallint('window_days').notNull(),
    clientId: integer('client_id').notNull(),
    tierId: integer('tier_id').notNull(),
    languageId: integer('language_id').notNull(),
    users: count('users').notNull(),
  },
  (table) => [
    primaryKey({
      columns: [table.orgId, table.utcDay, table.windowDays, table.clientId, table.tierId, table.languageId],
    }),
  ],
)
