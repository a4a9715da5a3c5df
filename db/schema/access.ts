import { boolean, foreignKey, index, integer, date, pgTable, primaryKey, text, uuid, bigint } from 'drizzle-orm/pg-core'
import { bytes, instant, orgId } from '../columns'
import { keyScopes } from '../enums'
import { memberships } from './members'
import { organizations } from './organizations'

/** Keys by which tools and programs come in: a person's (dead with the membership), or the organization's. */
export const keys = pgTable(
  'keys',
  {
    orgId: orgId().references(() => organizations.orgId),
    keyId: uuid('key_id').notNull(),
    /** Whose key it is; null for the organization's. */
    userId: uuid('user_id'),
    name: text('name').notNull(),
    /** The first characters of the key, by which a person recognizes it. */
    prefix: text('prefix').notNull(),
    scopes: text('scopes', { enum: keyScopes }).array().notNull(),
    settles: boolean('settles').notNull().default(false),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at'),
    revokedAt: instant('revoked_at'),
    lastUsedAt: instant('last_used_at'),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.keyId] }),
    index('keys_user').on(table.orgId, table.userId),
    foreignKey({ columns: [table.orgId, table.userId], foreignColumns: [memberships.orgId, memberships.userId] }),
  ],
)

/** Which organization and key a presented key is. Global: the one look-up that happens before the organization is known. */
export const keyHashes = pgTable('key_hashes', {
  hash: bytes('hash').primaryKey(),
  orgId: bigint('org_id', { mode: 'number' }).notNull(),
  keyId: uuid('key_id').notNull(),
})

/** What was refused, per key, UTC day and reason, with the last sentence that was answered. */
export const rejections = pgTable(
  'rejections',
  {
    orgId: orgId(),
    keyId: uuid('key_id').notNull(),
    day: date('day', { mode: 'string' }).notNull(),
    reason: text('reason').notNull(),
    count: integer('count').notNull(),
    lastMessage: text('last_message').notNull(),
    lastAt: instant('last_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.keyId, table.day, table.reason] }),
    foreignKey({ columns: [table.orgId, table.keyId], foreignColumns: [keys.orgId, keys.keyId] }),
  ],
)
