import { createHash } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { keyScopes, memberVisibilities, roles } from '@/db/enums'
import type { KeyScope, MemberVisibility, Role } from '@/db/enums'
import { createId } from '@/lib/ids'
import { createKey, createOwnKey, removeMember, revokeOwnKey } from '@/lib/members/commands'
import { makeMember, makeOrganization } from '@/lib/testing/factory'
import { useDatabase } from '@/lib/testing/harness'
import { createKeyText, findKey } from './keys'
import { may } from './permissions'
import type { Permission } from './permissions'
import { keyScope, narrow, personScope, systemScope } from './scope'
import { findSignedInUser } from './user'

const database = useDatabase()
const context = database.at('2026-11-20T12:00:00Z')

/** What each role may do, as `domain.md` says it; the rest of what there is, it may not. */
const everyone: Permission[] = ['org:read', 'models:read', 'modes:read', 'me:read', 'me:manage', 'members:read']
const admin: Permission[] = [
  ...everyone,
  'members:manage',
  'settings:manage',
  'models:manage',
  'modes:manage',
  'keys:manage',
  'exports:read',
  'audit:read',
  'limits:manage',
  'usage:read',
  'people:read',
  'billing:read',
  'assignments:manage',
]
const owner: Permission[] = [...admin, 'owners:manage', 'org:delete', 'sso:manage', 'billing:manage']
const billing: Permission[] = [...everyone, 'usage:read', 'billing:read', 'billing:manage']
const allowed: Record<Role, Record<MemberVisibility, Permission[]>> = {
  owner: { self: owner, totals: owner, all: owner },
  admin: { self: admin, totals: admin, all: admin },
  billing: { self: billing, totals: billing, all: billing },
  member: { self: everyone, totals: everyone, all: [...everyone, 'usage:read', 'people:read'] },
}

async function setVisibility(orgId: number, visibility: MemberVisibility) {
  await context.db.execute(sql`update organizations set member_visibility = ${visibility} where org_id = ${orgId}`)
}

describe('a person’s scope', () => {
  it.each(roles)('of a %s opens what the table says and nothing else, under every member visibility', async (role) => {
    const organization = await makeOrganization(context)
    const member = await makeMember(context, organization, role)
    for (const visibility of memberVisibilities) {
      await setVisibility(organization.orgId, visibility)
      const base = await member.scopeFor('org:read')
      for (const permission of owner) {
        const isAllowed = allowed[role][visibility].includes(permission)
        const opened = await member.scopeFor(permission).catch((error: unknown) => error)
        expect(opened, permission).toMatchObject(
          isAllowed
            ? { orgId: organization.orgId, actor: { kind: 'person', userId: member.userId, role }, now: context.now }
            : { code: 'forbidden', message: expect.stringMatching(/^[A-Z].*\.$/) },
        )
        expect(narrow(base, permission) !== null, permission).toBe(isAllowed)
        expect(may(role, permission, visibility), permission).toBe(isAllowed)
      }
    }
  })

  it('to manage something opens reading it: whoever may the one may the other', () => {
    for (const manage of owner) {
      const read = owner.find((name) => name === manage.replace(':manage', ':read'))
      for (const role of roles) {
        for (const visibility of memberVisibilities) {
          if (read !== undefined && may(role, manage, visibility))
            expect(may(role, read, visibility), `${role} ${read}`).toBe(true)
        }
      }
    }
  })

  it('is not found for a stranger, and an organization that doesn’t exist is not told from one that does', async () => {
    const [ours, theirs] = [await makeOrganization(context), await makeOrganization(context)]
    const stranger = await makeMember(context, theirs, 'owner')
    const answers = await Promise.all(
      [ours.slug, 'no-such-organization', '', ours.slug.toUpperCase(), `${ours.slug}' or '1'='1`].map((slug) =>
        personScope(context, { userId: stranger.userId, slug }, 'org:read').catch((error: unknown) => error),
      ),
    )
    expect(answers).toEqual(Array(5).fill(answers[0]))
    expect(answers[0]).toMatchObject({
      code: 'not_found',
      message: 'There is no such organization, or you are not a member of it.',
    })
    const nobody = personScope(context, { userId: createId(context.now), slug: ours.slug }, 'org:read')
    await expect(nobody).rejects.toMatchObject({ code: 'not_found' })
  })

  it('is gone at once with the membership, and so is everything it was narrowed to', async () => {
    const organization = await makeOrganization(context)
    const member = await makeMember(context, organization, 'admin')
    await expect(member.scopeFor('members:manage')).resolves.toBeDefined()
    await removeMember(organization.scope, { userId: member.userId })
    for (const permission of ['org:read', 'me:read', 'members:manage'] as const) {
      await expect(member.scopeFor(permission)).rejects.toMatchObject({ code: 'not_found' })
    }
    // Elsewhere they stay who they are.
    await expect(findSignedInUser(context, member.userId)).resolves.toMatchObject({ email: member.email })
  })

  it('follows a change of role at the next request', async () => {
    const organization = await makeOrganization(context)
    const member = await makeMember(context, organization, 'owner')
    await member.scopeFor('org:delete')
    await context.db.execute(sql`update memberships set role = 'member' where org_id = ${organization.orgId}`)
    await expect(member.scopeFor('org:delete')).rejects.toMatchObject({ code: 'forbidden' })
  })

  it('belongs to one organization even for someone who is in two', async () => {
    const [ours, theirs] = [await makeOrganization(context), await makeOrganization(context)]
    const member = await makeMember(context, ours, 'owner')
    await context.db.execute(sql`
      insert into memberships (org_id, user_id, role, joined_at) values (${theirs.orgId}, ${member.userId}, 'member', now())`)
    const there = (permission: Permission) => personScope(context, { userId: member.userId, slug: theirs.slug }, permission)
    expect(await there('org:read')).toMatchObject({ orgId: theirs.orgId, actor: { role: 'member', personId: null } })
    await expect(there('members:manage')).rejects.toMatchObject({ code: 'forbidden' })
    expect((await member.scopeFor('members:manage')).orgId).toBe(ours.orgId)
  })
})

describe('the system’s scope', () => {
  it('is of an organization that exists', async () => {
    const { slug, orgId } = await makeOrganization(context)
    const scope = await systemScope<'org:read'>(context, slug, 'cron')
    expect(scope).toMatchObject({ orgId, actor: { kind: 'system', name: 'cron' } })
    expect(narrow(scope, 'org:delete')).not.toBeNull()
    await expect(systemScope(context, 'no-such-organization', 'cron')).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('a key', () => {
  async function makeKey(options: { scopes?: KeyScope[] } = {}) {
    const organization = await makeOrganization(context)
    const member = await makeMember(context, organization)
    const scope = await member.scopeFor('me:manage')
    const key = await createKey(scope, {
      userId: member.userId,
      name: 'Laptop',
      scopes: options.scopes ?? ['usage:ingest'],
      keyText: createKeyText(),
    })
    return { organization, member, scope, ...key }
  }

  it('opens its own organization, as its owner’s', async () => {
    const { organization, member, keyId, keyText } = await makeKey()
    const key = await findKey(context, keyText)
    const scope = keyScope(context, key, 'usage:ingest')
    expect(scope).toMatchObject({
      orgId: organization.orgId,
      organization: { slug: organization.slug },
      actor: { kind: 'key', keyId, userId: member.userId, settles: false },
    })
    // A key never becomes a person: what people may is not asked of it.
    const base = await member.scopeFor('org:read')
    expect(narrow<'org:read', 'org:read'>({ ...base, actor: scope.actor }, 'org:read')).toBeNull()
  })

  it.each(keyScopes)('that may %s may nothing else', async (granted) => {
    const { keyText } = await makeKey({ scopes: [granted] })
    const key = await findKey(context, keyText)
    for (const wanted of keyScopes) {
      const open = () => keyScope(context, key, wanted)
      if (wanted === granted) expect(open().orgId).toBe(key.orgId)
      else expect(open).toThrow(`it lacks the scope ${wanted}`)
    }
  })

  it('that was revoked is refused with what to do next', async () => {
    const { scope, keyId, keyText } = await makeKey()
    await revokeOwnKey(scope, { keyId })
    await expect(findKey(context, keyText)).rejects.toMatchObject({
      code: 'unauthenticated',
      message: 'This ingest key was revoked. Create a new one under My usage and put it into the tool.',
    })
  })

  it('works until the millisecond in which it expires', async () => {
    const { organization, keyText } = await makeKey()
    await context.db.execute(sql`update keys set expires_at = '2026-11-20T12:00:00.001Z' where org_id = ${organization.orgId}`)
    await expect(findKey(context, keyText)).resolves.toBeDefined()
    await expect(findKey(database.at('2026-11-20T12:00:00.001Z'), keyText)).rejects.toMatchObject({
      code: 'unauthenticated',
      message: 'This ingest key has expired. Create a new one under My usage and put it into the tool.',
    })
  })

  it('dies with its owner’s membership', async () => {
    const { organization, member, keyText } = await makeKey()
    await removeMember(organization.scope, { userId: member.userId })
    await expect(findKey(context, keyText)).rejects.toMatchObject({
      code: 'unauthenticated',
      message: 'The owner of this ingest key is no longer a member of the organization.',
    })
  })

  it('that nobody made, or a letter off, is unknown, and the answer does not repeat it', async () => {
    const { keyText, keyId } = await makeKey()
    const last = keyText.endsWith('A') ? 'B' : 'A'
    for (const text of [
      createKeyText(),
      keyText.slice(0, -1) + last,
      keyText.slice(0, -1),
      `${keyText} `,
      keyText.toUpperCase(),
      keyText.slice(7),
      keyId,
      '',
      'outlay_',
      "' or true --",
    ]) {
      const refusal: unknown = await findKey(context, text).catch((error: unknown) => error)
      expect(refusal).toMatchObject({ code: 'unauthenticated', message: expect.stringContaining('No such ingest key') })
      if (text.length > 12) expect(String(refusal)).not.toContain(text)
    }
  })

  it('is stored as its hash only: no table holds its text', async () => {
    const { organization, keyId, keyText } = await makeKey()
    const [row] = await context.db.execute<{ hash: string; key: string; audit: string }>(sql`
      select encode(h.hash, 'hex') as hash, k::text as key,
        (select string_agg(a::text, ' ') from audit_entries a where a.org_id = k.org_id) as audit
      from key_hashes h join keys k on k.org_id = h.org_id and k.key_id = h.key_id where k.key_id = ${keyId}`)
    expect(row?.hash).toBe(createHash('sha256').update(keyText).digest('hex'))
    const secret = keyText.slice('outlay_'.length)
    for (const text of [row?.key, row?.audit]) {
      // Five characters of it are shown, so that people know it again; of 43 that leaves 228 bits.
      expect(text).toContain(keyText.slice(0, 12))
      expect(text).not.toContain(secret.slice(0, 6))
    }
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32)
    expect(new Set(Array.from({ length: 1_000 }, createKeyText)).size).toBe(1_000)
    expect(organization.orgId).toBeGreaterThan(0)
  })

  it('of the organization outlives whoever made it', async () => {
    const organization = await makeOrganization(context)
    const maker = await makeMember(context, organization, 'admin')
    const { keyText } = await createKey(await maker.scopeFor('keys:manage'), {
      userId: null,
      name: 'Fleet',
      scopes: ['usage:ingest'],
      keyText: createKeyText(),
    })
    await removeMember(organization.scope, { userId: maker.userId })
    await expect(findKey(context, keyText)).resolves.toMatchObject({ orgId: organization.orgId, userId: null })
  })

  it('of one organization is none of another’s, with the same owner', async () => {
    const { member, keyText, organization } = await makeKey()
    const other = await makeOrganization(context)
    await context.db.execute(sql`
      insert into memberships (org_id, user_id, role, joined_at) values (${other.orgId}, ${member.userId}, 'owner', now())`)
    await createOwnKey(await personScope(context, { userId: member.userId, slug: other.slug }, 'me:manage'), { name: 'There' })
    expect((await findKey(context, keyText)).orgId).toBe(organization.orgId)
  })
})
