import { createHash } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { openDatabase } from '@/db/client'
import { users } from '@/db/schema'
import { findKey } from '@/lib/access/keys'
import { personScope, systemScope } from '@/lib/access/scope'
import { AppError } from '@/lib/errors'
import { createId } from '@/lib/ids'
import { makeMember, makeOrganization } from '@/lib/testing/factory'
import { useDatabase } from '@/lib/testing/harness'
import {
  acceptOwnerLink,
  addMember,
  createOrganizationKey,
  createOwnKey,
  issueOwnerLink,
  removeMember,
  revokeOrganizationKey,
  revokeOwnKey,
} from './commands'
import { countMembersByRole, listMembers, listOrganizationKeys, listOwnKeys } from './queries'

const database = useDatabase()
const context = database.at('2026-11-20T12:00:00Z')
const lifeMs = 7 * 86_400_000

/** A user who has signed in and is a member nowhere. */
async function makeUser(email = `${createId(context.now)}@people.example`) {
  const user = { userId: createId(context.now), email, name: 'Somebody' }
  await context.db.insert(users).values({ ...user, createdAt: context.now })
  return user
}

async function makeLink(email: string | null = null) {
  const organization = await makeOrganization(context)
  const { token } = await issueOwnerLink(organization.scope, { email })
  const accept = (user: { userId: string; email: string }, on = context) =>
    acceptOwnerLink(on, { slug: organization.slug, token, user })
  return { organization, token, accept }
}

async function listRoles(orgId: number) {
  const rows = await context.db.execute<{ user_id: string; role: string; removed: boolean }>(sql`
    select user_id::text, role, removed_at is not null as removed from memberships where org_id = ${orgId} order by role, user_id`)
  return [...rows]
}

async function countEntries(orgId: number, action: string) {
  const rows = await context.db.execute(sql`select 1 from audit_entries where org_id = ${orgId} and action = ${action}`)
  return rows.length
}

describe('an owner link', () => {
  it('lets in one person, once, as an owner', async () => {
    const { organization, accept } = await makeLink()
    const [first, second] = [await makeUser(), await makeUser()]
    expect(await accept(first)).toEqual({ slug: organization.slug })
    const scope = await personScope(context, { userId: first.userId, slug: organization.slug }, 'owners:manage')
    expect(scope.actor).toMatchObject({ kind: 'person', role: 'owner', personId: expect.any(String) })
    for (const user of [second, first]) {
      await expect(accept(user)).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('already used') })
    }
    expect(await listRoles(organization.orgId)).toEqual([{ user_id: first.userId, role: 'owner', removed: false }])
  })

  it('taken by two at the same moment lets in one', async () => {
    const { organization, accept } = await makeLink()
    const guests = await Promise.all(Array.from({ length: 6 }, () => makeUser()))
    const outcomes = await Promise.allSettled(guests.map((user) => accept(user)))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'conflict' })
    }
    expect(await listRoles(organization.orgId)).toHaveLength(1)
    expect(await countEntries(organization.orgId, 'invitation.accepted')).toBe(1)
  })

  it('can be taken until seven days have passed, and not a millisecond longer', async () => {
    const at = (ms: number) => database.at(new Date(context.now.getTime() + ms))
    const { organization, accept } = await makeLink()
    const user = await makeUser()
    await expect(accept(user, at(lifeMs))).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('expired'),
    })
    expect(await listRoles(organization.orgId)).toEqual([])
    await accept(user, at(lifeMs - 1))
    expect(await listRoles(organization.orgId)).toHaveLength(1)
  })

  it('is replaced by a newer one', async () => {
    const { organization, accept } = await makeLink()
    const { token } = await issueOwnerLink(organization.scope, { email: null })
    const user = await makeUser()
    await expect(accept(user)).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('newer link') })
    await acceptOwnerLink(context, { slug: organization.slug, token, user })
  })

  it('for an address opens to that address alone, however the operator wrote it', async () => {
    const [bound, other] = [await makeUser('ann@people.example'), await makeUser()]
    for (const written of ['ann@people.example', 'Ann@People.Example', ' ANN@people.example ']) {
      const { organization, accept } = await makeLink(written)
      await expect(accept(other)).rejects.toMatchObject({ code: 'forbidden' })
      await expect(accept({ ...other, email: 'ann@people.example.evil.example' })).rejects.toMatchObject({ code: 'forbidden' })
      await accept(bound)
      expect(await listRoles(organization.orgId)).toEqual([{ user_id: bound.userId, role: 'owner', removed: false }])
    }
  })

  it('is not made for what is no address', async () => {
    const { scope } = await makeOrganization(context)
    for (const email of ['', 'ann', 'ann＠people.example']) {
      await expect(issueOwnerLink(scope, { email })).rejects.toMatchObject({ code: 'invalid' })
    }
  })

  it('opens nothing but its own organization, and a made-up one nothing', async () => {
    const [ours, theirs] = [await makeLink(), await makeLink()]
    const user = await makeUser()
    for (const [slug, token] of [
      [theirs.organization.slug, ours.token],
      [ours.organization.slug, 'x'.repeat(43)],
      ['no-such-organization', ours.token],
    ] as const) {
      await expect(acceptOwnerLink(context, { slug, token, user })).rejects.toMatchObject({ code: 'not_found' })
    }
    expect([...(await listRoles(ours.organization.orgId)), ...(await listRoles(theirs.organization.orgId))]).toEqual([])
  })

  it('is stored as a hash only', async () => {
    const { organization, token } = await makeLink()
    const [row] = await context.db.execute<{ all: string; hash: string }>(sql`
      select i::text as all, encode(token_hash, 'hex') as hash from invitations i where org_id = ${organization.orgId}`)
    expect(row?.hash).toBe(createHash('sha256').update(token).digest('hex'))
    expect(row?.all).not.toContain(token)
    expect(Buffer.from(token, 'base64url')).toHaveLength(32)
  })

  it('is not called invalid when the database is away: whoever holds it may try again', async () => {
    const { organization, token } = await makeLink()
    const away = openDatabase('postgres://nobody@127.0.0.1:1/none', { max: 1 })
    try {
      const user = await makeUser()
      const taken = acceptOwnerLink({ ...context, db: away.db }, { slug: organization.slug, token, user })
      await expect(taken.catch((error: unknown) => error instanceof AppError)).resolves.toBe(false)
    } finally {
      await away.close()
    }
  })

  it('makes a member an owner, and who was removed the same person again', async () => {
    const { organization, accept } = await makeLink()
    const member = await makeMember(context, organization)
    const before = await member.scopeFor('me:read')
    await removeMember(organization.scope, { userId: member.userId })
    await accept(member)
    const after = await member.scopeFor('owners:manage')
    expect(after.actor).toEqual({ ...before.actor, role: 'owner' })
  })
})

describe('removing a member', () => {
  it('never takes the last owner, whoever asks', async () => {
    const organization = await makeOrganization(context)
    const owner = await makeMember(context, organization, 'owner')
    const admin = await makeMember(context, organization, 'admin')
    for (const scope of [organization.scope, await owner.scopeFor('members:manage'), await admin.scopeFor('members:manage')]) {
      await expect(removeMember(scope, { userId: owner.userId })).rejects.toMatchObject({ code: 'conflict' })
    }
    await expect(owner.scopeFor('owners:manage')).resolves.toBeDefined()
  })

  it('leaves one when all owners remove each other at the same moment', async () => {
    const organization = await makeOrganization(context)
    const owners = await Promise.all(Array.from({ length: 4 }, () => makeMember(context, organization, 'owner')))
    const scopes = await Promise.all(owners.map((owner) => owner.scopeFor('members:manage')))
    const outcomes = await Promise.allSettled(
      scopes.map((scope, index) => removeMember(scope, { userId: owners[(index + 1) % owners.length]?.userId ?? '' })),
    )
    const failed = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
    expect(failed).toEqual([expect.objectContaining({ code: 'conflict' })])
    expect((await listRoles(organization.orgId)).filter(({ removed }) => !removed)).toHaveLength(1)
    expect(await countEntries(organization.orgId, 'member.removed')).toBe(3)
  })

  it('who is an owner takes an owner', async () => {
    const organization = await makeOrganization(context)
    const [one, two] = [await makeMember(context, organization, 'owner'), await makeMember(context, organization, 'owner')]
    const admin = await makeMember(context, organization, 'admin')
    await expect(removeMember(await admin.scopeFor('members:manage'), { userId: one.userId })).rejects.toMatchObject({
      code: 'forbidden',
    })
    await removeMember(await two.scopeFor('members:manage'), { userId: one.userId })
    await expect(one.scopeFor('org:read')).rejects.toMatchObject({ code: 'not_found' })
  })

  it('of another organization, or none, finds nobody and changes nothing', async () => {
    const [ours, theirs] = [await makeOrganization(context), await makeOrganization(context)]
    const admin = await makeMember(context, ours, 'admin')
    const stranger = await makeMember(context, theirs)
    const scope = await admin.scopeFor('members:manage')
    await expect(removeMember(scope, { userId: stranger.userId })).rejects.toMatchObject({ code: 'not_found' })
    await expect(removeMember(scope, { userId: createId(context.now) })).rejects.toMatchObject({ code: 'not_found' })
    await expect(stranger.scopeFor('org:read')).resolves.toBeDefined()
    expect(await countEntries(ours.orgId, 'member.removed')).toBe(0)
  })

  it('ends their keys for good: coming back doesn’t bring them back', async () => {
    const organization = await makeOrganization(context)
    const member = await makeMember(context, organization)
    const { keyText } = await createOwnKey(await member.scopeFor('me:manage'), { name: 'Laptop' })
    const shared = await createOrganizationKey(await systemScope(context, organization.slug, 'test'), { name: 'Fleet' })
    await removeMember(organization.scope, { userId: member.userId })
    await expect(findKey(context, keyText)).rejects.toMatchObject({
      code: 'unauthenticated',
      message: expect.stringContaining('no longer a member'),
    })
    await addMember(organization.scope, { userId: member.userId, role: 'member' })
    await expect(findKey(context, keyText)).rejects.toMatchObject({
      code: 'unauthenticated',
      message: expect.stringContaining('revoked'),
    })
    expect(await listOwnKeys(await member.scopeFor('me:read'))).toEqual([])
    // What is the organization's own goes on.
    await expect(findKey(context, shared.keyText)).resolves.toMatchObject({ orgId: organization.orgId })
  })
})

describe('adding a member', () => {
  it('again changes nothing about who is there, and never demotes', async () => {
    const organization = await makeOrganization(context)
    const owner = await makeMember(context, organization, 'owner')
    const later = { ...organization.scope, now: new Date('2026-11-21T00:00:00Z') }
    await Promise.all([
      addMember(later, { userId: owner.userId, role: 'member' }),
      addMember(later, { userId: owner.userId, role: 'billing' }),
    ])
    const { members } = await listMembers(await owner.scopeFor('members:read'), null)
    expect(members).toMatchObject([{ userId: owner.userId, role: 'owner', joinedAt: context.now }])
    const people = await context.db.execute(sql`select 1 from people where org_id = ${organization.orgId}`)
    expect(people).toHaveLength(1)
  })
})

describe('the list of members', () => {
  it('is theirs alone, by name, in pages that hold everybody once', async () => {
    const [ours, theirs] = [await makeOrganization(context), await makeOrganization(context)]
    await makeMember(context, theirs)
    const all = await Promise.all(
      Array.from({ length: 57 }, (_, index) => makeMember(context, ours, index === 0 ? 'owner' : 'member')),
    )
    const removed = all.at(-1)
    await removeMember(ours.scope, { userId: removed?.userId ?? '' })
    // Half of them share a name: the tie is broken by who they are.
    await context.db.execute(
      sql`update users set name = 'Alex' where user_id in (select user_id from memberships where org_id = ${ours.orgId} limit 25)`,
    )
    const scope = await (all[0] ?? removed)?.scopeFor('members:read')
    if (!scope) throw new Error('there is an owner')
    const first = await listMembers(scope, null)
    const second = await listMembers(scope, first.next)
    expect([first.members.length, second.members.length, second.next]).toEqual([50, 6, null])
    const listed = [...first.members, ...second.members]
    expect(new Set(listed.map(({ userId }) => userId))).toEqual(new Set(all.slice(0, -1).map(({ userId }) => userId)))
    const inOrder = listed.map(({ name, userId }) => `${name} ${userId}`)
    expect(inOrder).toEqual([...inOrder].sort())
    expect(await countMembersByRole(scope)).toEqual({ owner: 1, admin: 0, billing: 0, member: 55 })
  })
})

describe('a person’s keys', () => {
  it('are twenty at most, even when many are made at the same moment', async () => {
    const organization = await makeOrganization(context)
    const member = await makeMember(context, organization)
    const scope = await member.scopeFor('me:manage')
    const outcomes = await Promise.allSettled(
      Array.from({ length: 26 }, (_, index) => createOwnKey(scope, { name: `Key ${index}` })),
    )
    const failed = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
    expect(failed).toEqual(Array(6).fill(expect.objectContaining({ code: 'limit_reached' })))
    const keys = await listOwnKeys(await member.scopeFor('me:read'))
    expect(keys).toHaveLength(20)
    expect(await countEntries(organization.orgId, 'key.created')).toBe(20)
    // A revoked one makes room for another, and the limit is each person's own.
    await revokeOwnKey(scope, { keyId: keys[0]?.keyId ?? '' })
    await createOwnKey(scope, { name: 'One more' })
    await createOwnKey(await (await makeMember(context, organization)).scopeFor('me:manage'), { name: 'Another person' })
  })

  it('end by their owner’s hand alone', async () => {
    const [ours, theirs] = [await makeOrganization(context), await makeOrganization(context)]
    const [ann, bob] = [await makeMember(context, ours), await makeMember(context, ours, 'owner')]
    const stranger = await makeMember(context, theirs, 'owner')
    const own = await createOwnKey(await ann.scopeFor('me:manage'), { name: 'Laptop' })
    const shared = await createOrganizationKey(await bob.scopeFor('keys:manage'), { name: 'Fleet' })
    for (const who of [bob, stranger]) {
      await expect(revokeOwnKey(await who.scopeFor('me:manage'), own)).rejects.toMatchObject({ code: 'not_found' })
      await expect(revokeOrganizationKey(await who.scopeFor('keys:manage'), own)).rejects.toMatchObject({ code: 'not_found' })
    }
    await expect(revokeOwnKey(await ann.scopeFor('me:manage'), shared)).rejects.toMatchObject({ code: 'not_found' })
    await expect(revokeOrganizationKey(await stranger.scopeFor('keys:manage'), shared)).rejects.toMatchObject({
      code: 'not_found',
    })
    for (const { keyText } of [own, shared]) await expect(findKey(context, keyText)).resolves.toMatchObject({ orgId: ours.orgId })

    await revokeOwnKey(await ann.scopeFor('me:manage'), own)
    await revokeOrganizationKey(await bob.scopeFor('keys:manage'), shared)
    for (const { keyText } of [own, shared])
      await expect(findKey(context, keyText)).rejects.toMatchObject({ code: 'unauthenticated' })
    await expect(revokeOwnKey(await ann.scopeFor('me:manage'), own)).rejects.toMatchObject({ code: 'not_found' })
    expect(await countEntries(ours.orgId, 'key.revoked')).toBe(2)
  })

  it('are not made any more once their owner is out, not even with a scope from before', async () => {
    const organization = await makeOrganization(context)
    const member = await makeMember(context, organization)
    const scope = await member.scopeFor('me:manage')
    await removeMember(organization.scope, { userId: member.userId })
    await expect(createOwnKey(scope, { name: 'Late' })).rejects.toBeInstanceOf(AppError)
    expect(await countEntries(organization.orgId, 'key.created')).toBe(0)
  })

  it('have a name of 1 to 100 characters, and are listed newest first, without their text', async () => {
    const organization = await makeOrganization(context)
    const member = await makeMember(context, organization)
    const scope = await member.scopeFor('me:manage')
    for (const name of ['', '   ', 'x'.repeat(101)]) {
      await expect(createOwnKey(scope, { name })).rejects.toMatchObject({ code: 'invalid', fields: { name: expect.any(String) } })
    }
    const older = await createOwnKey(scope, { name: ' Laptop ' })
    const newer = await createOwnKey({ ...scope, now: new Date('2026-11-20T12:00:01Z') }, { name: 'x'.repeat(100) })
    const keys = await listOwnKeys(await member.scopeFor('me:read'))
    expect(keys.map(({ keyId }) => keyId)).toEqual([newer.keyId, older.keyId])
    expect(keys[1]).toMatchObject({ name: 'Laptop', prefix: older.keyText.slice(0, 12), rejected: 0, lastReasons: [] })
    expect(JSON.stringify(keys)).not.toContain(older.keyText)
    expect(await listOrganizationKeys(await systemScope(context, organization.slug, 'test'))).toEqual([])
  })
})
