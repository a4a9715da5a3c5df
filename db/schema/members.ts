import { foreignKey, pgTable, primaryKey, text, unique, uuid, index } from 'drizzle-orm/pg-core'
import { bytes, instant, orgId } from '../columns'
import { roles } from '../enums'
import { users } from './identity'
import { organizations } from './organizations'

/** Who belongs to an organization, in which role. */
export const memberships = pgTable(
  'memberships',
  {
    orgId: orgId().references(() => organizations.orgId),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.userId),
    role: text('role', { enum: roles }).notNull(),
    joinedAt: instant('joined_at').notNull(),
    removedAt: instant('removed_at'),
    lastSignInAt: instant('last_sign_in_at'),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.userId] }), index('memberships_user').on(table.userId)],
)

/** An offer of membership, taken with a token of which only the hash is kept. Without an e-mail whoever holds the link may take it. */
export const invitations = pgTable(
  'invitations',
  {
    orgId: orgId().references(() => organizations.orgId),
    invitationId: uuid('invitation_id').notNull(),
    email: text('email'),
    role: text('role', { enum: roles }).notNull(),
    tokenHash: bytes('token_hash').notNull(),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    acceptedAt: instant('accepted_at'),
    revokedAt: instant('revoked_at'),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.invitationId] }),
    unique('invitations_token').on(table.orgId, table.tokenHash),
  ],
)

/** Whom usage is attributed to; outlives the membership. */
export const people = pgTable(
  'people',
  {
    orgId: orgId().references(() => organizations.orgId),
    personId: uuid('person_id').notNull(),
    userId: uuid('user_id').references(() => users.userId),
    createdAt: instant('created_at').notNull(),
    erasedAt: instant('erased_at'),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.personId] }),
    unique('people_user').on(table.orgId, table.userId),
    foreignKey({ columns: [table.orgId, table.userId], foreignColumns: [memberships.orgId, memberships.userId] }),
  ],
)
