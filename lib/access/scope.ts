import { and, eq, isNull } from 'drizzle-orm'
import type { Database } from '@/db/client'
import type { KeyScope, MemberVisibility, Role } from '@/db/enums'
import { memberships, organizations, people } from '@/db/schema'
import { AppError } from '@/lib/errors'
import { denial, may } from './permissions'
import type { Implied, Permission } from './permissions'

declare const proof: unique symbol

/** Where a request came from, for the audit log. */
export type Origin = { requestId: string; ip: string | null; userAgent: string | null }

/** What every door knows before it knows the organization. `now` is the only clock below the doors. */
export type Context = { db: Database; now: Date; origin: Origin | null }

/** The facts of an organization that rules need with every call. */
export type ScopedOrganization = {
  slug: string
  name: string
  createdAt: Date
  timeZone: string
  generation: number
  memberVisibility: MemberVisibility
  retentionMonths: number
  eventsFrom: Date
}

export type Actor =
  | { kind: 'person'; userId: string; personId: string | null; role: Role }
  | { kind: 'key'; keyId: string; userId: string | null; settles: boolean }
  | { kind: 'system'; name: string }

/**
 * Who acts, for which organization, with which permission, at what instant, on which database handle. Carries a proof that only this
 * file can mint, so that a wrong permission, a hand-made scope or none does not compile.
 */
export type Scope<P extends Permission | KeyScope> = Context & {
  orgId: number
  organization: ScopedOrganization
  actor: Actor
  readonly [proof]: { readonly [K in Implied<P>]: true }
}

/**
 * A person's scope in the organization of that slug. A stranger, and an organization that doesn't exist, are *not found*;
 * a member who may not is *forbidden*, with the sentence that says whom to ask. Membership is read from the database now.
 */
export async function personScope<P extends Permission>(
  context: Context,
  person: { userId: string; slug: string },
  permission: P,
): Promise<Scope<P>> {
  const [row] = await context.db
    .select({ ...organizationColumns, role: memberships.role, personId: people.personId })
    .from(organizations)
    .innerJoin(memberships, eq(memberships.orgId, organizations.orgId))
    .leftJoin(people, and(eq(people.orgId, memberships.orgId), eq(people.userId, memberships.userId)))
    .where(and(eq(organizations.slug, person.slug), eq(memberships.userId, person.userId), isNull(memberships.removedAt)))
    .limit(1)
  if (!row) throw new AppError('not_found', 'There is no such organization, or you are not a member of it.')
  if (!may(row.role, permission, row.memberVisibility)) throw new AppError('forbidden', denial(permission))
  const { orgId, role, personId, ...organization } = row
  return mint<P>({ ...context, orgId, organization, actor: { kind: 'person', userId: person.userId, personId, role } })
}

/** The scope of a key that `findKey` has vouched for (`keys.ts`); a key without that scope is *forbidden*. */
export function keyScope<P extends KeyScope>(
  context: Context,
  key: {
    orgId: number
    organization: ScopedOrganization
    keyId: string
    userId: string | null
    settles: boolean
    scopes: readonly KeyScope[]
  },
  permission: P,
): Scope<P> {
  if (!key.scopes.includes(permission)) {
    throw new AppError('forbidden', `This key may not do that: it lacks the scope ${permission}. Create a key that has it.`)
  }
  const { orgId, organization, keyId, userId, settles } = key
  return mint<P>({ ...context, orgId, organization, actor: { kind: 'key', keyId, userId, settles } })
}

/** The scope of the product itself in one organization, for cron runs and operators' commands: whatever it does is audited as such. */
export async function systemScope<P extends Permission | KeyScope>(
  context: Context,
  slug: string,
  name: string,
): Promise<Scope<P>> {
  const [row] = await context.db.select(organizationColumns).from(organizations).where(eq(organizations.slug, slug)).limit(1)
  if (!row) throw new AppError('not_found', `There is no organization with the slug ${slug}.`)
  const { orgId, ...organization } = row
  return mint<P>({ ...context, orgId, organization, actor: { kind: 'system', name } })
}

/** The same scope with a further permission, or null when the actor may not: for sections that only some see. */
export function narrow<P extends Permission, Q extends Permission>(scope: Scope<P>, permission: Q): Scope<P | Q> | null {
  const { actor, organization } = scope
  const isAllowed =
    actor.kind === 'system' || (actor.kind === 'person' && may(actor.role, permission, organization.memberVisibility))
  return isAllowed ? mint<P | Q>(scope) : null
}

/** The same scope on another handle: inside a transaction. */
export function onHandle<P extends Permission | KeyScope>(scope: Scope<P>, db: Database): Scope<P> {
  return { ...scope, db }
}

/** The columns that every scope carries. */
export const organizationColumns = {
  orgId: organizations.orgId,
  slug: organizations.slug,
  name: organizations.name,
  createdAt: organizations.createdAt,
  timeZone: organizations.timeZone,
  generation: organizations.generation,
  memberVisibility: organizations.memberVisibility,
  retentionMonths: organizations.retentionMonths,
  eventsFrom: organizations.eventsFrom,
}

/** The one cast: the proof exists for the compiler only, and every caller above has just checked what it stands for. */
function mint<P extends Permission | KeyScope>(unproven: Omit<Scope<P>, typeof proof>): Scope<P> {
  // eslint-disable-next-line @typescript-eslint/consistent-type-assertions -- only this file can mint a scope; the callers above decide
  return unproven as Scope<P>
}
