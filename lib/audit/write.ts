import { createHash } from 'node:crypto'
import { eq, sql } from 'drizzle-orm'
import type { KeyScope } from '@/db/enums'
import { auditEntries, auditHeads } from '@/db/schema'
import { onHandle } from '@/lib/access/scope'
import type { Permission } from '@/lib/access/permissions'
import type { Actor, Scope } from '@/lib/access/scope'
import { assert } from '@/lib/errors'
import type { AuditAction } from './actions'

declare const witnessed: unique symbol

/** JSON that names people and invitations by id only, so that erasing a person reaches a log that nobody can change. */
type Facts = Readonly<Record<string, string | number | boolean | null | readonly string[]>>

export type AuditEntry = { action: AuditAction; subjectId: string; before?: Facts | null; after?: Facts | null }

/** A value with the entry that tells of it: what every change returns. Only `audited` makes one. */
export type Audited<T> = { readonly value: T; readonly entry: AuditEntry; readonly [witnessed]: true }

/** Binds what a change answers to the entry that the audit log will hold. */
export function audited<T>(value: T, entry: AuditEntry): Audited<T> {
  // eslint-disable-next-line @typescript-eslint/consistent-type-assertions -- the mark exists for the compiler only; this is its one source
  return { value, entry } as Audited<T>
}

/**
 * Runs a change and stores its entry in one transaction: both or neither. A change that forgets its entry does not compile. Commands
 * nest as savepoints. Nothing outside the database may happen inside.
 */
export async function write<P extends Permission | KeyScope, T>(
  scope: Scope<P>,
  change: (scope: Scope<P>) => Promise<Audited<T>>,
): Promise<T> {
  return scope.db.transaction(async (transaction) => {
    const inside = onHandle(scope, transaction)
    const { value, entry } = await change(inside)
    await append(inside, entry)
    return value
  })
}

/** Adds an entry to the organization's chain. The head's row is the lock that keeps the chain serial, per organization. */
async function append(scope: Scope<never>, entry: AuditEntry): Promise<void> {
  await scope.db
    .insert(auditHeads)
    .values({ orgId: scope.orgId, serial: 0, hash: Buffer.alloc(32) })
    .onConflictDoNothing()
  const [head] = await scope.db
    .select({ serial: auditHeads.serial, hash: auditHeads.hash })
    .from(auditHeads)
    .where(eq(auditHeads.orgId, scope.orgId))
    .for('update')
  assert(head, 'every organization has an audit head')
  const row = {
    serial: head.serial + 1,
    at: scope.now,
    actorKind: scope.actor.kind,
    actorId: actorId(scope.actor),
    action: entry.action,
    subjectId: entry.subjectId,
    before: entry.before ?? null,
    after: entry.after ?? null,
    ip: scope.origin?.ip ?? null,
    userAgent: scope.origin?.userAgent ?? null,
    requestId: scope.origin?.requestId ?? null,
  }
  const hash = linkHash(head.hash, row)
  await scope.db.insert(auditEntries).values({ orgId: scope.orgId, ...row, previousHash: head.hash, hash })
  await scope.db
    .update(auditHeads)
    .set({ serial: sql`${auditHeads.serial} + 1`, hash })
    .where(eq(auditHeads.orgId, scope.orgId))
}

/** The hash of an entry on top of the one before it: SHA-256 over the previous hash and the entry as canonical JSON (sorted keys). */
function linkHash(previous: Buffer, row: Readonly<Record<string, unknown>>): Buffer {
  return createHash('sha256').update(previous).update(canonicalJson(row)).digest()
}

function canonicalJson(value: unknown): string {
  if (value instanceof Date) return JSON.stringify(value.toISOString())
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (value !== null && typeof value === 'object') {
    const fields = Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`)
    return `{${fields.join(',')}}`
  }
  return JSON.stringify(value)
}

function actorId(actor: Actor): string {
  switch (actor.kind) {
    case 'person':
      return actor.userId
    case 'key':
      return actor.keyId
    case 'system':
      return actor.name
  }
}
