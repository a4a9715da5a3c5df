import { createHash } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { openDatabase } from '@/db/client'
import { users } from '@/db/schema'
import { AppError } from '@/lib/errors'
import { createId } from '@/lib/ids'
import {
  acceptOwnerLink,
  addMember,
  createOrganizationKey,
  createOwnKey,
  issueOwnerLink,
  removeMember,
  revokeOrganizationKey,
  revokeOwnKey,
} from '@/lib/members/commands'
import { createOrganization } from '@/lib/organizations/commands'
import { personScope, systemScope } from '@/lib/access/scope'
import { makeMember, makeOrganization } from '@/lib/testing/factory'
import { useDatabase } from '@/lib/testing/harness'
import { auditActions } from './actions'
import { audited, write } from './write'

const database = useDatabase()
const context = database.at('2026-11-20T12:00:00.123Z')

type Link = {
  serial: number
  at: string
  actor_kind: string
  actor_id: string | null
  action: string
  subject_id: string
  before: unknown
  after: unknown
  ip: string | null
  user_agent: string | null
  request_id: string | null
  previous_hash: string
  hash: string
}

async function chainOf(orgId: number): Promise<Link[]> {
  const rows = await database.owner.execute<Link>(sql`
    select serial::int, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at, actor_kind, actor_id, action, subject_id,
      before, after, ip, user_agent, request_id, encode(previous_hash, 'hex') as previous_hash, encode(hash, 'hex') as hash
    from audit_entries where org_id = ${orgId} order by audit_entries.serial`)
  return [...rows]
}

/** The serial of the first link that isn't what its hash says, or null: what anyone with a copy of the log can compute. */
function firstBroken(links: readonly Link[]): number | null {
  let previous = '0'.repeat(64)
  for (const [index, link] of links.entries()) {
    const { serial, at, action, before, after, ip } = link
    const fields = {
      action, actorId: link.actor_id, actorKind: link.actor_kind, after, at, before, ip, requestId: link.request_id, serial,
      subjectId: link.subject_id, userAgent: link.user_agent,
    } // prettier-ignore
    const hash = createHash('sha256').update(Buffer.from(previous, 'hex')).update(sortedJson(fields)).digest('hex')
    if (serial !== index + 1 || link.previous_hash !== previous || link.hash !== hash) return index + 1
    previous = hash
  }
  return null
}

function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    each !== null && typeof each === 'object' && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  )
}

/** Does everything that an organization can do so far, with people whose names and addresses would be noticed. */
async function doEverything() {
  const origin = { requestId: createId(context.now), ip: '192.0.2.7', userAgent: 'Mozilla/5.0 „Zeichen“ 日本' }
  const inside = { ...context, origin }
  const slug = `canary-${createId(context.now).slice(-12)}`
  const scope = await createOrganization(inside, {
    name: 'Größe & Söhne',
    slug,
    timeZone: 'Asia/Kolkata',
    operator: 'npm run org',
  })
  const makeUser = async (name: string) => {
    const user = { userId: createId(context.now), email: `canary.${createId(context.now)}@people.example`, name }
    await context.db.insert(users).values({ ...user, createdAt: context.now })
    return user
  }
  const ann = await makeUser('Canary Ann')
  const bob = await makeUser('Canary Bob')
  await issueOwnerLink(scope, { email: ann.email })
  const { token } = await issueOwnerLink(scope, { email: ann.email })
  await acceptOwnerLink(inside, { slug, token, user: ann })
  await addMember(scope, { userId: bob.userId, role: 'member' })
  const own = await personScope(inside, { userId: bob.userId, slug }, 'me:manage')
  await createOwnKey(own, { name: `Canary ${bob.email}` })
  await revokeOwnKey(own, await createOwnKey(own, { name: 'Canary laptop' }))
  const owner = await personScope(inside, { userId: ann.userId, slug }, 'keys:manage')
  await revokeOrganizationKey(owner, await createOrganizationKey(owner, { name: 'Canary fleet' }))
  await removeMember(await personScope(inside, { userId: ann.userId, slug }, 'members:manage'), { userId: bob.userId })
  return { orgId: scope.orgId, ann, bob, token }
}

describe('the log', () => {
  it('tells of every kind of change that there is, and names people by id only', async () => {
    const { orgId, ann, bob, token } = await doEverything()
    const links = await chainOf(orgId)
    expect(new Set(links.map(({ action }) => action))).toEqual(new Set(Object.keys(auditActions)))
    const text = JSON.stringify(links)
    expect(text).toContain(ann.userId)
    expect(text).toContain(bob.userId)
    for (const canary of ['Canary', '@', 'people.example', token]) expect(text).not.toContain(canary)
  })

  it('can be verified by anyone with a copy, from the first entry to the last', async () => {
    const { orgId } = await doEverything()
    const links = await chainOf(orgId)
    expect(firstBroken(links)).toBeNull()
    const [head] = await context.db.execute(
      sql`select serial::int, encode(hash, 'hex') as hash from audit_heads where org_id = ${orgId}`,
    )
    expect(head).toEqual({ serial: links.length, hash: links.at(-1)?.hash })
  })

  it('shows every change that someone made to it afterwards, and every entry that is gone', async () => {
    const { orgId } = await doEverything()
    const links = await chainOf(orgId)
    const changed: Partial<Link>[] = [
      { at: '2026-11-20T12:00:00.124Z' },
      { actor_kind: 'key' },
      { actor_id: createId(context.now) },
      { action: 'member.removed' },
      { subject_id: 'another' },
      { before: { role: 'owner' } },
      { after: null },
      { ip: '192.0.2.8' },
      { user_agent: null },
      { request_id: null },
      { serial: 77 },
      { previous_hash: 'f'.repeat(64) },
      { hash: 'f'.repeat(64) },
    ]
    for (const change of changed) {
      expect(firstBroken(links.map((link, index) => (index === 3 ? { ...link, ...change } : link))), JSON.stringify(change)).toBe(
        4,
      )
    }
    for (const index of links.keys()) {
      // The end of the chain is what the head holds: an entry missing there is not seen in the entries alone.
      expect(firstBroken(links.toSpliced(index, 1))).toBe(index + 1 === links.length ? null : index + 1)
    }
  })
})

describe('many writers', () => {
  it('in one organization get serial after serial, in a chain that verifies', async () => {
    const organization = await makeOrganization(context)
    const pools = Array.from({ length: 8 }, () => openDatabase(database.url, { max: 1 }))
    try {
      await Promise.all(
        pools.map(async ({ db }, writer) => {
          const scope = await systemScope<'keys:manage'>({ ...context, db }, organization.slug, `writer ${writer}`)
          for (let turn = 0; turn < 8; turn++) {
            const failing = writer === 7 && turn % 2 === 1
            const change = write(scope, async () => {
              if (failing) throw new AppError('conflict', 'Not this one.')
              return audited(null, { action: 'key.revoked', subjectId: `${writer} ${turn}`, after: { turn, writer } })
            })
            if (failing) await expect(change).rejects.toMatchObject({ code: 'conflict' })
            else await change
          }
        }),
      )
    } finally {
      await Promise.all(pools.map(({ close }) => close()))
    }
    const links = await chainOf(organization.orgId)
    expect(links).toHaveLength(1 + 60)
    expect(firstBroken(links)).toBeNull()
  })

  it('in one organization keep nobody waiting in another', async () => {
    const [busy, calm] = [await makeOrganization(context), await makeOrganization(context)]
    const member = await makeMember(context, calm)
    let finish = () => {}
    const held = new Promise<void>((resolve) => (finish = resolve))
    let started = () => {}
    const isHeld = new Promise<void>((resolve) => (started = resolve))
    const slow = write(await systemScope<'org:read'>(context, busy.slug, 'test'), async (scope) => {
      await write(scope, async () => audited(null, { action: 'member.added', subjectId: 'inner' }))
      started()
      await held
      return audited(null, { action: 'member.added', subjectId: 'outer' })
    })
    await isHeld
    // The chain of the busy organization is locked now; this one's isn't.
    await createOwnKey(await member.scopeFor('me:manage'), { name: 'Laptop' })
    expect((await chainOf(calm.orgId)).at(-1)?.action).toBe('key.created')
    expect((await chainOf(busy.orgId)).map(({ subject_id }) => subject_id)).not.toContain('inner')
    finish()
    await slow
    expect(firstBroken(await chainOf(busy.orgId))).toBeNull()
  })
})

describe('a change', () => {
  it('that fails inside another, and is caught there, takes its own entry back and leaves the other’s', async () => {
    const { slug, orgId } = await makeOrganization(context)
    const scope = await systemScope<'org:read'>(context, slug, 'test')
    await write(scope, async (outer) => {
      const failing = write(outer, async (inner) => {
        await write(inner, async () => audited(null, { action: 'member.added', subjectId: 'innermost' }))
        throw new AppError('conflict', 'Not this one.')
      })
      await expect(failing).rejects.toMatchObject({ code: 'conflict' })
      return audited(null, { action: 'member.added', subjectId: 'outer' })
    })
    const links = await chainOf(orgId)
    expect(links.map(({ subject_id }) => subject_id)).toEqual([String(orgId), 'outer'])
    expect(firstBroken(links)).toBeNull()
  })

  it('whose entry cannot be stored is not made either', async () => {
    const { slug, orgId } = await makeOrganization(context)
    const scope = await systemScope<'org:read'>({ ...context, now: new Date(Number.NaN) }, slug, 'test')
    const change = write(scope, async (inside) => {
      await inside.db.execute(sql`update organizations set name = 'Changed' where org_id = ${orgId}`)
      return audited(null, { action: 'member.added', subjectId: 'x' })
    })
    await expect(change).rejects.toBeInstanceOf(Error)
    const [row] = await context.db.execute<{ name: string }>(sql`select name from organizations where org_id = ${orgId}`)
    expect(row?.name).toBe(`Test ${slug}`)
    expect(await chainOf(orgId)).toHaveLength(1)
  })
})
