import { eq } from 'drizzle-orm'
import { users } from '@/db/schema'
import type { Context } from './scope'

/** The person whom a session speaks for. */
export type SignedInUser = { userId: string; name: string; email: string }

/** The user of a session as the database knows them now, or null when they are gone. */
export async function findSignedInUser(context: Pick<Context, 'db'>, userId: string): Promise<SignedInUser | null> {
  const [user] = await context.db
    .select({ userId: users.userId, name: users.name, email: users.email })
    .from(users)
    .where(eq(users.userId, userId))
    .limit(1)
  return user ?? null
}
