import { and, asc, eq, isNull } from 'drizzle-orm'
import { memberships, organizations } from '@/db/schema'
import type { Context } from '@/lib/access/scope'

/** How many organizations the switcher lists. */
const organizationsMax = 100

/** The organizations that a user is a member of, by name. */
export async function listOrganizations(context: Pick<Context, 'db'>, userId: string): Promise<{ slug: string; name: string }[]> {
  return context.db
    .select({ slug: organizations.slug, name: organizations.name })
    .from(memberships)
    .innerJoin(organizations, eq(organizations.orgId, memberships.orgId))
    .where(and(eq(memberships.userId, userId), isNull(memberships.removedAt)))
    .orderBy(asc(organizations.name), asc(organizations.slug))
    .limit(organizationsMax)
}
