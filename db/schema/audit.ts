import { jsonb, pgTable, primaryKey, text, bigint } from 'drizzle-orm/pg-core'
import { bytes, count, instant, orgId } from '../columns'
import { organizations } from './organizations'

/** The newest link of each organization's chain: the lock that makes the chain serial. */
export const auditHeads = pgTable('audit_heads', {
  orgId: bigint('org_id', { mode: 'number' })
    .primaryKey()
    .references(() => organizations.orgId),
  serial: count('serial').notNull(),
  hash: bytes('hash').notNull(),
})

/** What changed, by whom; every entry carries the hash of the one before it. Only grows. */
export const auditEntries = pgTable(
  'audit_entries',
  {
    orgId: orgId().references(() => organizations.orgId),
    serial: count('serial').notNull(),
    at: instant('at').notNull(),
    actorKind: text('actor_kind').notNull(),
    actorId: text('actor_id'),
    action: text('action').notNull(),
    subjectId: text('subject_id').notNull(),
    before: jsonb('before'),
    after: jsonb('after'),
    ip: text('ip'),
    userAgent: text('user_agent'),
    requestId: text('request_id'),
    previousHash: bytes('previous_hash').notNull(),
    hash: bytes('hash').notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.serial] })],
)
