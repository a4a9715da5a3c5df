import { and, count, eq, isNull, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import { invitations, keys, memberships, people } from '@/db/schema'
import type { KeyScope, Role } from '@/db/enums'
import { keyHashes } from '@/db/schema'
import { createKeyText, digestKey } from '@/lib/access/keys'
import { systemScope } from '@/lib/access/scope'
import type { Context, Scope } from '@/lib/access/scope'
import { audited, write } from '@/lib/audit/write'
import { AppError, assert } from '@/lib/errors'
import { canonicalEmail } from '@/lib/identity/account'
import { createId } from '@/lib/ids'
import { createToken, digestToken, invitationDays } from './invitation'

const dayMs = 86_400_000

/** The most keys that one person may have in use in an organization. */
const keysPerPersonMax = 20

/**
 * Makes a one-time link token with which an organization's owner gets in; earlier ones stop working. Without an e-mail, whoever signs in with
 * the link takes it; with one, only that verified address.
 */
export async function issueOwnerLink(scope: Scope<'owners:manage'>, input: { email: string | null }): Promise<{ token: string }> {
  const token = createToken()
  // Compared with a signed-in user's address, and so in the same form.
  const email = input.email === null ? null : canonicalEmail(input.email)
  if (input.email !== null && email === null) {
    throw new AppError('invalid', 'That is no e-mail address. Use one like ann@example.com.', {
      email: 'Use an address like ann@example.com.',
    })
  }
  return write(scope, async (inside) => {
    await inside.db
      .update(invitations)
      .set({ revokedAt: inside.now })
      .where(
        and(
          eq(invitations.orgId, inside.orgId),
          eq(invitations.role, 'owner'),
          isNull(invitations.acceptedAt),
          isNull(invitations.revokedAt),
        ),
      )
    const invitationId = createId(inside.now)
    await inside.db.insert(invitations).values({
      orgId: inside.orgId,
      invitationId,
      email,
      role: 'owner',
      tokenHash: digestToken(token),
      createdAt: inside.now,
      expiresAt: new Date(inside.now.getTime() + invitationDays * dayMs),
    })
    return audited({ token }, { action: 'invitation.issued', subjectId: invitationId, after: { role: 'owner' } })
  })
}

/** Takes an owner link: once, in time, by a signed-in user, and by the address it is bound to where it is bound to one. */
export async function acceptOwnerLink(
  context: Context,
  input: { slug: string; token: string; user: { userId: string; email: string } },
): Promise<{ slug: string }> {
  const scope = await systemScope<'members:manage'>(context, input.slug, 'owner link').catch((error: unknown) => {
    throw error instanceof AppError ? invalidLink() : error
  })
  return write(scope, async (inside) => {
    const [invitation] = await inside.db
      .select()
      .from(invitations)
      .where(and(eq(invitations.orgId, inside.orgId), eq(invitations.tokenHash, digestToken(input.token))))
      .for('update')
    if (!invitation) throw invalidLink()
    if (invitation.acceptedAt !== null) {
      throw new AppError('conflict', 'This link was already used. Ask your operator for a new one if it was not you.')
    }
    if (invitation.revokedAt !== null) throw new AppError('conflict', 'A newer link replaced this one. Use the newest.')
    if (invitation.expiresAt <= inside.now) {
      throw new AppError('conflict', 'This link has expired. Ask your operator for a new one.')
    }
    if (invitation.email !== null && invitation.email !== input.user.email) {
      throw new AppError('forbidden', 'This link is for another e-mail address. Sign in with that one.')
    }
    await inside.db
      .update(invitations)
      .set({ acceptedAt: inside.now })
      .where(and(eq(invitations.orgId, inside.orgId), eq(invitations.invitationId, invitation.invitationId)))
    await addMember(inside, { userId: input.user.userId, role: invitation.role })
    return audited(
      { slug: input.slug },
      { action: 'invitation.accepted', subjectId: invitation.invitationId, after: { userId: input.user.userId } },
    )
  })
}

function invalidLink(): AppError {
  return new AppError('not_found', 'This link is not valid. Ask your operator for a new one.')
}

/** Makes a user a member, as a person to whom usage can be attributed. Who was removed comes back as the same person. */
export async function addMember(
  scope: Scope<'members:manage'>,
  input: { userId: string; role: Role; joinedAt?: Date },
): Promise<{ personId: string }> {
  return write(scope, async (inside) => {
    const joinedAt = input.joinedAt ?? inside.now
    await inside.db
      .insert(memberships)
      .values({ orgId: inside.orgId, userId: input.userId, role: input.role, joinedAt })
      .onConflictDoUpdate({
        target: [memberships.orgId, memberships.userId],
        set: {
          // Who is a member already keeps their role: accepting a second invitation never demotes, and owner links only promote.
          role: sql`case when ${memberships.removedAt} is null and ${input.role} <> 'owner' then ${memberships.role} else ${input.role} end`,
          joinedAt: sql`case when ${memberships.removedAt} is null then ${memberships.joinedAt} else ${joinedAt.toISOString()}::timestamptz end`,
          removedAt: null,
        },
      })
    await inside.db
      .insert(people)
      .values({ orgId: inside.orgId, personId: createId(inside.now), userId: input.userId, createdAt: inside.now })
      .onConflictDoNothing()
    const [person] = await inside.db
      .select({ personId: people.personId })
      .from(people)
      .where(and(eq(people.orgId, inside.orgId), eq(people.userId, input.userId)))
    assert(person, 'every member is a person')
    return audited(person, { action: 'member.added', subjectId: input.userId, after: { role: input.role } })
  })
}

/** Takes a member out: at once, with their keys. They stay a person with their history. The last owner can't be removed. */
export async function removeMember(scope: Scope<'members:manage'>, input: { userId: string; removedAt?: Date }): Promise<void> {
  await write(scope, async (inside) => {
    const removedAt = input.removedAt ?? inside.now
    // All owners' rows are locked, so that two removals at once cannot take the last two.
    const owners = await inside.db
      .select({ userId: memberships.userId })
      .from(memberships)
      .where(and(eq(memberships.orgId, inside.orgId), eq(memberships.role, 'owner'), isNull(memberships.removedAt)))
      .orderBy(memberships.userId)
      .for('update')
    if (owners.length === 1 && owners[0]?.userId === input.userId) {
      throw new AppError('conflict', 'The last owner cannot be removed. Make someone else an owner first.')
    }
    if (
      owners.some((owner) => owner.userId === input.userId) &&
      inside.actor.kind === 'person' &&
      inside.actor.role !== 'owner'
    ) {
      throw new AppError('forbidden', 'Only an owner can remove an owner.')
    }
    const removed = await inside.db
      .update(memberships)
      .set({ removedAt })
      .where(and(eq(memberships.orgId, inside.orgId), eq(memberships.userId, input.userId), isNull(memberships.removedAt)))
      .returning({ role: memberships.role })
    if (removed.length === 0) throw new AppError('not_found', 'There is no such member.')
    // For good: whoever comes back makes new ones, and a laptop that was left behind stays out.
    const revoked = await inside.db
      .update(keys)
      .set({ revokedAt: removedAt })
      .where(and(eq(keys.orgId, inside.orgId), eq(keys.userId, input.userId), isNull(keys.revokedAt)))
      .returning({ keyId: keys.keyId })
    return audited(null, {
      action: 'member.removed',
      subjectId: input.userId,
      before: { role: removed[0]?.role ?? '' },
      after: { revokedKeyIds: revoked.map(({ keyId }) => keyId).sort() },
    })
  })
}

/** A key of the acting person's own, for sending usage. The text is answered once and never stored. */
export async function createOwnKey(
  scope: Scope<'me:manage'>,
  input: { name: string },
): Promise<{ keyId: string; keyText: string }> {
  assert(scope.actor.kind === 'person', 'only a person has keys of their own')
  const { userId } = scope.actor
  return createKey(scope, { userId, name: input.name, scopes: ['usage:ingest'], keyText: createKeyText() })
}

/** The organization's own ingest key, under which the e-mail that a tool sends is believed as an identity. */
export async function createOrganizationKey(
  scope: Scope<'keys:manage'>,
  input: { name: string },
): Promise<{ keyId: string; keyText: string }> {
  return createKey(scope, { userId: null, name: input.name, scopes: ['usage:ingest'], keyText: createKeyText() })
}

/** Stores a key whose text the caller chose: a member's, or the organization's when `userId` is null. */
export async function createKey(
  scope: Scope<'me:manage'> | Scope<'keys:manage'>,
  input: { userId: string | null; name: string; scopes: KeyScope[]; keyText: string },
): Promise<{ keyId: string; keyText: string }> {
  const name = input.name.trim()
  if (name === '' || name.length > 100) {
    throw new AppError('invalid', 'Give the key a name of 1 to 100 characters.', { name: 'Use 1 to 100 characters.' })
  }
  return write<never, { keyId: string; keyText: string }>(scope, async (inside) => {
    if (input.userId !== null) {
      // The membership is the lock: keys made at the same moment can't pass the limit, and none is made behind a removal.
      const [owner] = await inside.db
        .select({ userId: memberships.userId })
        .from(memberships)
        .where(and(eq(memberships.orgId, inside.orgId), eq(memberships.userId, input.userId), isNull(memberships.removedAt)))
        .for('no key update')
      if (!owner) throw new AppError('not_found', 'There is no such member.')
      const [inUse] = await inside.db
        .select({ keys: count() })
        .from(keys)
        .where(and(eq(keys.orgId, inside.orgId), eq(keys.userId, input.userId), isNull(keys.revokedAt)))
      if ((inUse?.keys ?? 0) >= keysPerPersonMax) {
        throw new AppError('limit_reached', `You have ${keysPerPersonMax} keys in use. Revoke one to create another.`)
      }
    }
    const { hash, prefix } = digestKey(input.keyText)
    const keyId = createId(inside.now)
    await inside.db.insert(keys).values({
      orgId: inside.orgId,
      keyId,
      userId: input.userId,
      name,
      prefix,
      scopes: input.scopes,
      createdAt: inside.now,
    })
    await inside.db.insert(keyHashes).values({ hash, orgId: inside.orgId, keyId })
    return audited(
      { keyId, keyText: input.keyText },
      { action: 'key.created', subjectId: keyId, after: { prefix, scopes: input.scopes } },
    )
  })
}

/** Ends one of the acting person's own keys; tools that use it are refused from now on. */
export async function revokeOwnKey(scope: Scope<'me:manage'>, input: { keyId: string }): Promise<void> {
  assert(scope.actor.kind === 'person', 'only a person has keys of their own')
  await revokeKey(scope, input.keyId, eq(keys.userId, scope.actor.userId))
}

/** Ends one of the organization's own keys. */
export async function revokeOrganizationKey(scope: Scope<'keys:manage'>, input: { keyId: string }): Promise<void> {
  await revokeKey(scope, input.keyId, isNull(keys.userId))
}

async function revokeKey(scope: Scope<'me:manage'> | Scope<'keys:manage'>, keyId: string, whose: SQL): Promise<void> {
  await write<never, null>(scope, async (inside) => {
    const revoked = await inside.db
      .update(keys)
      .set({ revokedAt: inside.now })
      .where(and(eq(keys.orgId, inside.orgId), eq(keys.keyId, keyId), whose, isNull(keys.revokedAt)))
      .returning({ prefix: keys.prefix })
    if (revoked.length === 0) throw new AppError('not_found', 'There is no such key in use.')
    return audited(null, { action: 'key.revoked', subjectId: keyId, before: { prefix: revoked[0]?.prefix ?? '' } })
  })
}
