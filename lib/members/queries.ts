import { and, asc, count, desc, eq, gt, isNull, or, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import type { Role } from '@/db/enums'
import { keys, memberships, rejections, users } from '@/db/schema'
import type { Scope } from '@/lib/access/scope'
import { assert } from '@/lib/errors'

/** How many members a page lists. */
const membersPerPage = 50

/** How many of a key's last reasons for refusing are shown. */
const reasonsMax = 3

export type Member = { userId: string; name: string; email: string; role: Role; joinedAt: Date; lastSignInAt: Date | null }

/** Members by name, a page after the cursor of the one before; `next` is null on the last page. */
export async function listMembers(
  scope: Scope<'members:read'>,
  after: { name: string; userId: string } | null,
): Promise<{ members: Member[]; next: { name: string; userId: string } | null }> {
  const rows = await scope.db
    .select({
      userId: users.userId,
      name: users.name,
      email: users.email,
      role: memberships.role,
      joinedAt: memberships.joinedAt,
      lastSignInAt: memberships.lastSignInAt,
    })
    .from(memberships)
    .innerJoin(users, eq(users.userId, memberships.userId))
    .where(
      and(
        eq(memberships.orgId, scope.orgId),
        isNull(memberships.removedAt),
        after === null
          ? undefined
          : or(gt(users.name, after.name), and(eq(users.name, after.name), gt(users.userId, after.userId))),
      ),
    )
    .orderBy(asc(users.name), asc(users.userId))
    .limit(membersPerPage + 1)
  const members = rows.slice(0, membersPerPage)
  const last = members.at(-1)
  return { members, next: rows.length > membersPerPage && last ? { name: last.name, userId: last.userId } : null }
}

/** How many members have each role. */
export async function countMembersByRole(scope: Scope<'members:read'>): Promise<Record<Role, number>> {
  const rows = await scope.db
    .select({ role: memberships.role, members: count() })
    .from(memberships)
    .where(and(eq(memberships.orgId, scope.orgId), isNull(memberships.removedAt)))
    .groupBy(memberships.role)
    .orderBy(asc(memberships.role))
  const counts: Record<Role, number> = { owner: 0, admin: 0, billing: 0, member: 0 }
  for (const { role, members } of rows) counts[role] = members
  return counts
}

/** A key as its owner sees it, with what it was refused in the last 30 days. */
export type KeySummary = {
  keyId: string
  name: string
  prefix: string
  createdAt: Date
  lastUsedAt: Date | null
  rejected: number
  lastReasons: { reason: string; message: string; at: Date }[]
}

/** The acting person's own keys in use, newest first. */
export async function listOwnKeys(scope: Scope<'me:read'>): Promise<KeySummary[]> {
  assert(scope.actor.kind === 'person', 'only a person has keys of their own')
  return listKeys(scope, eq(keys.userId, scope.actor.userId))
}

/** The organization's own keys in use, newest first. */
export async function listOrganizationKeys(scope: Scope<'keys:manage'>): Promise<KeySummary[]> {
  return listKeys(scope, isNull(keys.userId))
}

async function listKeys(scope: Scope<never>, whose: SQL): Promise<KeySummary[]> {
  const rows = await scope.db
    .select({
      keyId: keys.keyId,
      name: keys.name,
      prefix: keys.prefix,
      createdAt: keys.createdAt,
      lastUsedAt: keys.lastUsedAt,
    })
    .from(keys)
    .where(and(eq(keys.orgId, scope.orgId), whose, isNull(keys.revokedAt)))
    .orderBy(desc(keys.createdAt), desc(keys.keyId))
    .limit(100)
  const refused = await scope.db
    .select({
      keyId: rejections.keyId,
      reason: rejections.reason,
      count: sql<number>`sum(${rejections.count})::int`,
      message: sql<string>`(array_agg(${rejections.lastMessage} order by ${rejections.lastAt} desc))[1]`,
      at: sql<string>`to_char(max(${rejections.lastAt}) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`,
    })
    .from(rejections)
    .innerJoin(keys, and(eq(keys.orgId, rejections.orgId), eq(keys.keyId, rejections.keyId)))
    .where(
      and(
        eq(rejections.orgId, scope.orgId),
        whose,
        isNull(keys.revokedAt),
        gt(rejections.day, sql`${scope.now.toISOString()}::date - 30`),
      ),
    )
    .groupBy(rejections.keyId, rejections.reason)
    .orderBy(desc(sql`max(${rejections.lastAt})`), asc(rejections.reason))
    .limit(1_000)
  return rows.map((key) => {
    const own = refused.filter(({ keyId }) => keyId === key.keyId)
    return {
      ...key,
      rejected: own.reduce((sum, each) => sum + each.count, 0),
      lastReasons: own.slice(0, reasonsMax).map(({ reason, message, at }) => ({ reason, message, at: new Date(at) })),
    }
  })
}
