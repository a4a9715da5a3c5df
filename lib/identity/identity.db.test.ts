import { eq } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { accounts, memberships, users } from '@/db/schema'
import { systemScope } from '@/lib/access/scope'
import { addMember, removeMember } from '@/lib/members/commands'
import { createOrganization } from '@/lib/organizations/commands'
import { useDatabase } from '@/lib/testing/harness'
import type { AccountClaims } from './account'
import { ensureUser, signInUser } from './commands'
import { findUserByEmail, findUserOfAccount } from './queries'

const database = useDatabase()
const strict = { trustsUnstated: false }
const issuer = 'https://login.example.com'
const noon = '2026-11-20T12:00:00Z'
let people = 0

/** Claims of somebody whom no other test knows. */
function claimsOf(changes: Partial<AccountClaims> = {}): AccountClaims {
  people += 1
  return {
    issuer,
    subject: `subject-${people}`,
    email: `person-${people}@example.com`,
    isEmailVerified: true,
    name: `Person ${people}`,
    ...changes,
  }
}

describe('a first sign-in', () => {
  test('makes a user, and the second is the same user', async () => {
    const claims = claimsOf({ email: ' Grace@Example.com ', name: 'Grace  Hopper' })
    const user = await signInUser(database.at(noon), claims, strict)
    expect(user).toMatchObject({ email: 'grace@example.com', name: 'Grace Hopper' })
    expect(await signInUser(database.at(noon), claims, strict)).toEqual(user)
    expect(await findUserOfAccount({ db: database.db }, claims)).toEqual(user)
  })

  test('is the user who was added before with that verified e-mail', async () => {
    const claims = claimsOf()
    const added = await ensureUser(database.at(noon), { email: claims.email ?? '', name: null })
    expect((await signInUser(database.at(noon), claims, strict)).userId).toBe(added.userId)
  })

  test('with an e-mail that the provider does not vouch for gets nobody in and leaves nothing behind', async () => {
    const claims = claimsOf()
    const added = await ensureUser(database.at(noon), { email: claims.email ?? '', name: null })
    for (const isEmailVerified of [false, null]) {
      await expect(signInUser(database.at(noon), { ...claims, isEmailVerified }, strict)).rejects.toMatchObject({
        code: 'forbidden',
      })
    }
    await expect(
      signInUser(database.at(noon), { ...claims, isEmailVerified: false }, { trustsUnstated: true }),
    ).rejects.toMatchObject({ code: 'forbidden' })
    expect(await findUserOfAccount({ db: database.db }, claims)).toBeNull()
    const silent = { ...claims, isEmailVerified: null }
    expect((await signInUser(database.at(noon), silent, { trustsUnstated: true })).userId).toBe(added.userId)
  })

  test('with a lookalike of a known address gets nobody in', async () => {
    const claims = claimsOf()
    await signInUser(database.at(noon), claims, strict)
    const lookalike = claimsOf({ email: (claims.email ?? '').replace('@', '\uff20') })
    await expect(signInUser(database.at(noon), lookalike, strict)).rejects.toMatchObject({ code: 'invalid' })
  })

  test('with the address of another account of the same provider is refused: a successor is not the leaver', async () => {
    const leaver = claimsOf()
    const user = await signInUser(database.at(noon), leaver, strict)
    const successor = claimsOf({ email: leaver.email })
    await expect(signInUser(database.at(noon), successor, strict)).rejects.toMatchObject({ code: 'conflict' })
    expect(await findUserOfAccount({ db: database.db }, successor)).toBeNull()
    expect((await signInUser(database.at(noon), leaver, strict)).userId).toBe(user.userId)
  })

  test('with the same subject at another provider is another account, and the same user by verified e-mail', async () => {
    const first = claimsOf()
    const user = await signInUser(database.at(noon), first, strict)
    const elsewhere = { ...first, issuer: 'https://other.example.com' }
    expect((await signInUser(database.at(noon), elsewhere, strict)).userId).toBe(user.userId)
    const stranger = { ...claimsOf(), subject: first.subject, issuer: 'https://third.example.com' }
    expect((await signInUser(database.at(noon), stranger, strict)).userId).not.toBe(user.userId)
  })

  test('twenty at once make one user and one account', async () => {
    const claims = claimsOf()
    const answers = await Promise.all(Array.from({ length: 20 }, () => signInUser(database.at(noon), claims, strict)))
    expect(new Set(answers.map((user) => user.userId)).size).toBe(1)
    const linked = await database.db
      .select({ subject: accounts.subject })
      .from(accounts)
      .where(eq(accounts.userId, answers[0]?.userId ?? ''))
    expect(linked).toHaveLength(1)
  })

  test('of two accounts with one address at once, one gets in', async () => {
    for (let round = 0; round < 10; round++) {
      const first = claimsOf()
      const second = claimsOf({ email: first.email })
      if (round % 2) await ensureUser(database.at(noon), { email: first.email ?? '', name: null })
      const results = await Promise.allSettled([
        signInUser(database.at(noon), first, strict),
        signInUser(database.at(noon), second, strict),
      ])
      expect(results.map((result) => result.status).toSorted()).toEqual(['fulfilled', 'rejected'])
    }
  })
})

describe('a later sign-in', () => {
  test('is known by its account whatever the e-mail says, and follows a verified change', async () => {
    const claims = claimsOf()
    const user = await signInUser(database.at(noon), claims, strict)
    const renamed = { ...claims, email: `new-${claims.email}`, name: 'New Name' }
    expect(await signInUser(database.at(noon), renamed, strict)).toEqual({
      userId: user.userId,
      email: renamed.email,
      name: 'New Name',
    })
    expect(await findUserByEmail({ db: database.db }, claims.email ?? '')).toBeNull()
    for (const isEmailVerified of [false, null]) {
      const doubtful = { ...renamed, email: 'ceo@example.com', isEmailVerified }
      expect((await signInUser(database.at(noon), doubtful, strict)).email).toBe(renamed.email)
    }
    expect((await signInUser(database.at(noon), { ...renamed, email: null, name: null }, strict)).email).toBe(renamed.email)
  })

  test('never takes over another user’s address', async () => {
    const first = await signInUser(database.at(noon), claimsOf(), strict)
    const claims = claimsOf()
    const second = await signInUser(database.at(noon), claims, strict)
    expect(await signInUser(database.at(noon), { ...claims, email: first.email }, strict)).toEqual(second)
    expect(await findUserByEmail({ db: database.db }, first.email)).toEqual(first)
  })

  test('stamps the memberships that the user has, not the ones they had, and nobody else’s', async () => {
    const claims = claimsOf()
    const user = await ensureUser(database.at(noon), { email: claims.email ?? '', name: null })
    const other = await ensureUser(database.at(noon), { email: `other-${claims.email}`, name: null })
    const slugs = ['stamp-one', 'stamp-two']
    for (const [index, slug] of slugs.entries()) {
      // An instant each: ids of organizations are unique by their millisecond.
      const founded = new Date(Date.parse(noon) + index)
      await createOrganization(database.at(founded), { slug, name: slug, timeZone: 'UTC', operator: 'test' })
      const scope = await systemScope<'members:manage'>(database.at(noon), slug, 'test')
      await addMember(scope, { userId: other.userId, role: 'owner' })
      await addMember(scope, { userId: user.userId, role: 'member' })
      if (slug === 'stamp-two') await removeMember(scope, { userId: user.userId })
    }
    await signInUser(database.at('2026-11-21T08:00:00Z'), claims, strict)
    const stamps = await database.db
      .select({ userId: memberships.userId, removedAt: memberships.removedAt, lastSignInAt: memberships.lastSignInAt })
      .from(memberships)
    const stamped = stamps.filter((row) => row.lastSignInAt !== null)
    expect(stamped).toEqual([{ userId: user.userId, removedAt: null, lastSignInAt: new Date('2026-11-21T08:00:00Z') }])
  })
})

test('ensureUser finds one user under every spelling of an address, and refuses what is none', async () => {
  const spellings = ['Twin@Example.com', ' twin@example.com', 'TWIN@EXAMPLE.COM']
  const found = await Promise.all(spellings.map((email) => ensureUser(database.at(noon), { email, name: 'Twin' })))
  expect(new Set(found.map((user) => user.userId)).size).toBe(1)
  const rows = await database.db.select({ name: users.name }).from(users).where(eq(users.email, 'twin@example.com'))
  expect(rows).toEqual([{ name: 'Twin' }])
  await expect(ensureUser(database.at(noon), { email: 'twin\uff20example.com', name: null })).rejects.toMatchObject({
    code: 'invalid',
  })
})
