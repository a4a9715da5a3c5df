import { asc, eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { auditEntries, auditHeads, keys } from '@/db/schema'
import { createKey } from '@/lib/members/commands'
import { createKeyText } from '@/lib/access/keys'
import { makeMember, makeOrganization } from '@/lib/testing/factory'
import { useDatabase } from '@/lib/testing/harness'
import { audited, write } from './write'

const database = useDatabase()
const now = '2026-11-20T10:00:00.000Z'

async function entriesOf(orgId: number) {
  return database.db.select().from(auditEntries).where(eq(auditEntries.orgId, orgId)).orderBy(asc(auditEntries.serial))
}

async function makeOwner() {
  const context = database.at(now)
  const organization = await makeOrganization(context)
  const owner = await makeMember(context, organization, 'owner')
  const scope = await owner.scopeFor('keys:manage')
  const create = (name: string) => createKey(scope, { userId: null, name, scopes: ['usage:ingest'], keyText: createKeyText() })
  return { orgId: organization.orgId, owner, scope, create }
}

describe('a change and its entry', () => {
  it('are stored together, and say who, when and what', async () => {
    const { orgId, owner, create } = await makeOwner()
    await create('Laptop')
    expect((await entriesOf(orgId)).at(-1)).toMatchObject({
      action: 'key.created',
      actorKind: 'person',
      actorId: owner.userId,
      at: new Date(now),
    })
  })

  it('are gone together when the change fails after it has written', async () => {
    const { orgId, scope } = await makeOwner()
    const before = await entriesOf(orgId)
    const failing = write(scope, async (inside) => {
      await inside.db.insert(keys).values({
        orgId,
        keyId: '00000000-0000-7000-8000-000000000001',
        name: 'Never',
        prefix: 'outlay_',
        scopes: ['usage:ingest'],
        createdAt: inside.now,
      })
      throw new Error('too late')
    })
    await expect(failing).rejects.toThrow('too late')
    expect(await database.db.select().from(keys).where(eq(keys.orgId, orgId))).toEqual([])
    expect(await entriesOf(orgId)).toEqual(before)
  })

  it('inside another change come in the order in which they were made, all or none', async () => {
    const { orgId, scope } = await makeOwner()
    const nested = (fails: boolean) =>
      write(scope, async (outer) => {
        await write(outer, async () => audited(null, { action: 'key.created', subjectId: 'inner' }))
        if (fails) throw new Error('the outer one fails')
        return audited(null, { action: 'key.revoked', subjectId: 'outer' })
      })
    const before = (await entriesOf(orgId)).length
    await expect(nested(true)).rejects.toThrow('the outer one fails')
    expect(await entriesOf(orgId)).toHaveLength(before)
    await nested(false)
    expect((await entriesOf(orgId)).slice(before).map(({ subjectId }) => subjectId)).toEqual(['inner', 'outer'])
  })
})

describe('the chain of an organization', () => {
  it('has no gap and no fork, however many write at once', async () => {
    const { orgId, create } = await makeOwner()
    const before = (await entriesOf(orgId)).length
    await Promise.all(Array.from({ length: 24 }, (_, index) => create(`Key ${index}`)))
    const entries = await entriesOf(orgId)
    expect(entries.map(({ serial }) => serial)).toEqual(Array.from({ length: before + 24 }, (_, index) => index + 1))
    for (const [index, entry] of entries.entries()) {
      expect(entry.previousHash).toEqual(entries[index - 1]?.hash ?? Buffer.alloc(32))
    }
    expect(new Set(entries.map(({ hash }) => hash.toString('hex'))).size).toBe(entries.length)
    const [head] = await database.db.select().from(auditHeads).where(eq(auditHeads.orgId, orgId))
    expect(head).toEqual({ orgId, serial: entries.length, hash: entries.at(-1)?.hash })
  })

  it('is its own: what another organization does is in no link of it', async () => {
    const [ours, theirs] = [await makeOwner(), await makeOwner()]
    const before = await entriesOf(ours.orgId)
    await theirs.create('Theirs')
    expect(await entriesOf(ours.orgId)).toEqual(before)
  })
})
