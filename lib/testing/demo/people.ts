import { createHmac } from 'node:crypto'
import { and, eq, inArray } from 'drizzle-orm'
import { keyHashes, keys, memberships, organizations, users } from '@/db/schema'
import { digestKey } from '@/lib/access/keys'
import { systemScope } from '@/lib/access/scope'
import type { Context, Scope } from '@/lib/access/scope'
import { AppError } from '@/lib/errors'
import { ensureUser } from '@/lib/identity/commands'
import { addMember, createKey, removeMember } from '@/lib/members/commands'
import { createOrganization } from '@/lib/organizations/commands'
import { dayMs, dayStartMs } from './calendar'
import type { DemoSize } from './organizations'
import { daysBySize } from './plan'
import type { DemoOrganization, DemoPerson, DemoPlan } from './plan'

/** What the product itself is called where it acts for the demo. */
const systemName = 'demo'

/** How the demo's keys are made: the same seed and secret give the same keys, so that none needs to be kept. */
export type KeyRing = { readonly seed: number; readonly secret: string }

/** A key as it stands in the database, for minting the scope under which its batches come in. */
export type DemoKey = {
  keyId: string
  userId: string | null
  settles: boolean
  scopes: ('usage:ingest' | 'usage:read' | 'gateway:use')[]
}

/** The key that scripts use: made when everything else is in place, so that it also says that nothing is missing. */
export function scriptKeyText(ring: KeyRing, slug: string): string {
  return keyText(ring, `${slug}/scripts`)
}

/** The key of a person, or the one that the organization's managed settings give to everyone else. */
export function senderKeyText(ring: KeyRing, organization: DemoOrganization, person: DemoPerson | null): string {
  return keyText(ring, `${organization.slug}/${person === null ? 'managed' : `person/${person.email}`}`)
}

function keyText({ seed, secret }: KeyRing, name: string): string {
  return `outlay_${createHmac('sha256', secret).update(`demo/${seed}/${name}`).digest('base64url')}`
}

/** When the demo's organizations were created, so that a fill that was interrupted goes on with the same history. */
function createdAtOf(today: Date, size: DemoSize, index: number): Date {
  // A millisecond apart: an organization's id begins with its time.
  return new Date(today.getTime() - daysBySize[size] * dayMs + index)
}

/** The present that an earlier, perhaps interrupted fill had in mind; null where none has begun. */
export function todayOf(firstCreatedAt: Date, size: DemoSize): Date {
  return new Date(firstCreatedAt.getTime() + daysBySize[size] * dayMs)
}

/** Makes an organization and its people as if it had happened in its time: everyone joins, gets a key, and some leave. What is there already stays. */
export async function settlePeople(
  context: Context,
  plan: DemoPlan,
  organization: DemoOrganization,
  ring: KeyRing,
): Promise<void> {
  const createdAt = createdAtOf(plan.today, plan.size, organization.index)
  await ensureOrganization({ ...context, now: createdAt }, organization)
  const scope = await systemScope<'members:manage' | 'owners:manage' | 'keys:manage'>(context, organization.slug, systemName)
  const known = await findMembers(context, scope.orgId)
  const missing = await listMissingKeys(context, organization, ring)
  for (const { at, person, kind } of listMoves(plan, organization, createdAt)) {
    const now = { ...scope, now: at }
    const member = person.email === null ? undefined : known.get(person.email)
    if (kind === 'leave') {
      if (member && !member.isGone) await removeMember(now, { userId: member.userId })
    } else {
      const userId = member?.userId ?? (await join(now, person))
      if (person.email !== null) known.set(person.email, { userId, isGone: member?.isGone ?? false })
      if (!person.isOnOrganizationKey)
        await makeKey(now, missing, { userId, name: keyNameOf(person), keyText: senderKeyText(ring, organization, person) })
    }
  }
  if (organization.people.some((person) => person.isOnOrganizationKey)) {
    await makeKey({ ...scope, now: createdAt }, missing, {
      userId: null,
      name: 'Managed settings',
      keyText: senderKeyText(ring, organization, null),
    })
  }
}

/** Makes the key for scripts, which ends a fill. */
export async function makeScriptKey(context: Context, organization: DemoOrganization, ring: KeyRing): Promise<void> {
  const scope = await systemScope<'keys:manage'>(context, organization.slug, systemName)
  const missing = await listMissingKeys(context, organization, ring)
  await makeKey(scope, missing, { userId: null, name: 'Scripts', keyText: scriptKeyText(ring, organization.slug) })
}

/** The keys that are there, by their text. */
export async function findKeys(context: Context, keyTexts: readonly string[]): Promise<Map<string, DemoKey>> {
  const texts = new Map(keyTexts.map((text) => [digestKey(text).hash.toString('hex'), text]))
  const rows = await context.db
    .select({ hash: keyHashes.hash, keyId: keys.keyId, userId: keys.userId, settles: keys.settles, scopes: keys.scopes })
    .from(keyHashes)
    .innerJoin(keys, and(eq(keys.orgId, keyHashes.orgId), eq(keys.keyId, keyHashes.keyId)))
    .where(
      inArray(
        keyHashes.hash,
        [...texts.keys()].map((hash) => Buffer.from(hash, 'hex')),
      ),
    )
    .orderBy(keys.keyId)
  return new Map(rows.map(({ hash, ...key }) => [texts.get(hash.toString('hex')) ?? '', key]))
}

/** Every key with which the demo's batches of an organization come in. */
export function listSenderKeys(organization: DemoOrganization, ring: KeyRing): string[] {
  const owners = organization.people.filter((person) => !person.isOnOrganizationKey)
  return [null, ...owners].map((person) => senderKeyText(ring, organization, person))
}

async function ensureOrganization(context: Context, organization: DemoOrganization): Promise<void> {
  const { slug, name, timeZone } = organization
  const [known] = await context.db
    .select({ orgId: organizations.orgId })
    .from(organizations)
    .where(eq(organizations.slug, slug))
    .limit(1)
  if (!known) await createOrganization(context, { slug, name, timeZone, operator: systemName })
}

type Move = { readonly at: Date; readonly person: DemoPerson; readonly kind: 'join' | 'leave' }

/** Who comes and goes, in the order of time: the audit log tells it like that. */
function listMoves(plan: DemoPlan, organization: DemoOrganization, createdAt: Date): Move[] {
  const moves = organization.people.flatMap((person): Move[] => {
    if (person.role === null) return []
    // An hour before work begins; the owner comes with the organization.
    const joinedMs =
      person.role === 'owner'
        ? createdAt.getTime()
        : dayStartMs(person.joinedOn, organization.timeZone) + 4 * 3_600_000 + person.index
    const join: Move = { at: capped(joinedMs, plan.today), person, kind: 'join' }
    if (person.leftOn === null) return [join]
    return [
      join,
      { at: capped(dayStartMs(person.leftOn, organization.timeZone) + person.index, plan.today), person, kind: 'leave' },
    ]
  })
  return moves.sort((a, b) => a.at.getTime() - b.at.getTime() || a.person.index - b.person.index)
}

function capped(atMs: number, today: Date): Date {
  return new Date(Math.min(atMs, today.getTime()))
}

async function findMembers(context: Context, orgId: number): Promise<Map<string, { userId: string; isGone: boolean }>> {
  const rows = await context.db
    .select({ email: users.email, userId: users.userId, removedAt: memberships.removedAt })
    .from(memberships)
    .innerJoin(users, eq(users.userId, memberships.userId))
    .where(eq(memberships.orgId, orgId))
    .orderBy(users.email)
  return new Map(rows.map(({ email, userId, removedAt }) => [email, { userId, isGone: removedAt !== null }]))
}

async function listMissingKeys(context: Context, organization: DemoOrganization, ring: KeyRing): Promise<Set<string>> {
  const wanted = [...listSenderKeys(organization, ring), scriptKeyText(ring, organization.slug)]
  const known = await findKeys(context, wanted)
  return new Set(wanted.filter((text) => !known.has(text)))
}

async function join(scope: Scope<'members:manage'>, person: DemoPerson): Promise<string> {
  if (person.email === null || person.role === null) throw new AppError('invalid', 'Only a member with an e-mail can join.')
  const { userId } = await ensureUser(scope, { email: person.email, name: person.name })
  await addMember(scope, { userId, role: person.role })
  return userId
}

async function makeKey(
  scope: Scope<'keys:manage'>,
  missing: ReadonlySet<string>,
  key: { userId: string | null; name: string; keyText: string },
): Promise<void> {
  if (missing.has(key.keyText)) await createKey(scope, { ...key, scopes: ['usage:ingest'] })
}

function keyNameOf(person: DemoPerson): string {
  return person.habit.client === 'desktop' ? 'MacBook' : person.habit.client === 'ide' ? 'VS Code' : 'Terminal'
}
