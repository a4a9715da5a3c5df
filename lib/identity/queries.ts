import { and, eq } from 'drizzle-orm'
import { accounts, users } from '@/db/schema'
import type { Context } from '@/lib/access/scope'
import type { AccountKey, User } from './account'

/** The columns that make a user. */
export const userColumns = { userId: users.userId, email: users.email, name: users.name }

/** The user who signs in with an account, or null when it has never signed in here. */
export async function findUserOfAccount(context: Pick<Context, 'db'>, key: AccountKey): Promise<User | null> {
  const [user] = await context.db
    .select(userColumns)
    .from(accounts)
    .innerJoin(users, eq(users.userId, accounts.userId))
    .where(and(eq(accounts.issuer, key.issuer), eq(accounts.subject, key.subject)))
    .limit(1)
  return user ?? null
}

/** The user with an address in canonical form, or null. */
export async function findUserByEmail(context: Pick<Context, 'db'>, email: string): Promise<User | null> {
  const [user] = await context.db.select(userColumns).from(users).where(eq(users.email, email)).limit(1)
  return user ?? null
}
