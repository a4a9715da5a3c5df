import { integer, pgTable, text, bigint, check } from 'drizzle-orm/pg-core'
import { sql } from 'drizzle-orm'
import { instant } from '../columns'
import { memberVisibilities } from '../enums'

/** The tenants. Global: becomes a reference table where organizations are spread over machines. */
export const organizations = pgTable(
  'organizations',
  {
    orgId: bigint('org_id', { mode: 'number' }).primaryKey(),
    slug: text('slug').notNull().unique(),
    name: text('name').notNull(),
    createdAt: instant('created_at').notNull(),
    timeZone: text('time_zone').notNull(),
    /** The generation of rollup rows that pages read; a zone change builds the next one beside it. */
    generation: integer('generation').notNull().default(1),
    nextTimeZone: text('next_time_zone'),
    nextGeneration: integer('next_generation'),
    memberVisibility: text('member_visibility', { enum: memberVisibilities }).notNull().default('self'),
    retentionMonths: integer('retention_months').notNull().default(25),
    /** A local day's start, before which no events are kept; only moves forward. */
    eventsFrom: instant('events_from').notNull(),
  },
  (table) => [
    check('organizations_retention', sql`${table.retentionMonths} between 1 and 120`),
    check('organizations_next', sql`(${table.nextTimeZone} is null) = (${table.nextGeneration} is null)`),
  ],
)

/** Up to when each kind of metric of an organization is computed. */
export const freshness = pgTable('freshness', {
  orgId: bigint('org_id', { mode: 'number' })
    .primaryKey()
    .references(() => organizations.orgId),
  /** Everything received before this instant is in the rollups, but for hours still marked. */
  countedAt: instant('counted_at').notNull(),
  /** The start of the UTC hour up to which the hourly metrics stand. */
  hourlyAsOf: instant('hourly_as_of'),
  /** The start of the UTC day up to which active users are counted (exclusive). */
  dailyAsOf: instant('daily_as_of'),
})
