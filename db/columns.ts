import { bigint, customType, integer, timestamp } from 'drizzle-orm/pg-core'

/** The tenant: first in every key of every tenant table. */
export const orgId = () => bigint('org_id', { mode: 'number' }).notNull()

/** An instant in UTC, to the millisecond. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' })

/** Money (`…_nanos`) or credits (`…_microcredits`): the only columns that are `bigint` in TypeScript. */
export const money = (name: string) => bigint(name, { mode: 'bigint' })

/** A count that can outgrow four bytes; safe as a number up to 2⁵³. */
export const count = (name: string) => bigint(name, { mode: 'number' })

/** A small id from an organization's dictionary; 0 is unknown. */
export const nameId = (name: string) => integer(name).notNull().default(0)

/** A set of identities as bits; an identity's id is its bit. */
export const identityBits = customType<{ data: string }>({ dataType: () => 'bit varying' })

export const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' })

/** The additive measures, the same in every rollup table (`lib/usage/measures`). */
export const measureColumns = () => ({
  requests: count('requests').notNull(),
  failedRequests: count('failed_requests').notNull(),
  pricedRequests: count('priced_requests').notNull(),
  unpricedRequests: count('unpriced_requests').notNull(),
  uncachedTokens: count('uncached_tokens').notNull(),
  cacheReadTokens: count('cache_read_tokens').notNull(),
  cacheWriteTokens: count('cache_write_tokens').notNull(),
  outputTokens: count('output_tokens').notNull(),
  reasoningTokens: count('reasoning_tokens').notNull(),
  meteredNanos: money('metered_nanos').notNull(),
  estimatedNanos: money('estimated_nanos').notNull(),
  pricedNanos: money('priced_nanos').notNull(),
  creditsMicrocredits: money('credits_microcredits').notNull(),
})
