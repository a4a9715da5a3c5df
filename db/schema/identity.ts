import { pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { instant } from '../columns'

/** People who can sign in, over all organizations. */
export const users = pgTable('users', {
  userId: uuid('user_id').primaryKey(),
  /** Canonical form (`lib/identity/account`). */
  email: text('email').notNull().unique(),
  name: text('name').notNull(),
  createdAt: instant('created_at').notNull(),
})

/** Which subject of which OpenID issuer is which user. */
export const accounts = pgTable(
  'accounts',
  {
    issuer: text('issuer').notNull(),
    subject: text('subject').notNull(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.userId),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.issuer, table.subject] })],
)
