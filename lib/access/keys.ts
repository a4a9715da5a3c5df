import { createHash, randomBytes } from 'node:crypto'
import { and, eq, isNull } from 'drizzle-orm'
import { keyHashes, keys, memberships, organizations } from '@/db/schema'
import { AppError } from '@/lib/errors'
import { organizationColumns } from './scope'
import type { Context } from './scope'

/** Every key begins with this, so that scanners and people recognize one. */
const keyMark = 'outlay_'

/** The length of what is shown of a key after it was created. */
const prefixLength = keyMark.length + 5

/** A fresh key with 256 bits of randomness; shown once, only its hash is stored. */
export function createKeyText(): string {
  return keyMark + randomBytes(32).toString('base64url')
}

/** What is stored of a key: its hash for look-up, and the first characters for people. */
export function digestKey(keyText: string): { hash: Buffer; prefix: string } {
  return { hash: createHash('sha256').update(keyText).digest(), prefix: keyText.slice(0, prefixLength) }
}

/**
 * The key of a presented text, if it may be used now: known, neither revoked nor expired, and, when it is a person's, its owner still a
 * member. Otherwise *unauthenticated*, with a sentence for whoever configured the tool.
 */
export async function findKey(context: Context, keyText: string) {
  if (!keyText.startsWith(keyMark)) throw invalidKey()
  const { hash } = digestKey(keyText)
  const [row] = await context.db
    .select({
      organization: organizationColumns,
      keyId: keys.keyId,
      userId: keys.userId,
      settles: keys.settles,
      scopes: keys.scopes,
      expiresAt: keys.expiresAt,
      revokedAt: keys.revokedAt,
      lastUsedAt: keys.lastUsedAt,
      memberId: memberships.userId,
    })
    .from(keyHashes)
    .innerJoin(keys, and(eq(keys.orgId, keyHashes.orgId), eq(keys.keyId, keyHashes.keyId)))
    .innerJoin(organizations, eq(organizations.orgId, keys.orgId))
    .leftJoin(
      memberships,
      and(eq(memberships.orgId, keys.orgId), eq(memberships.userId, keys.userId), isNull(memberships.removedAt)),
    )
    .where(eq(keyHashes.hash, hash))
    .limit(1)
  if (!row) throw invalidKey()
  if (row.userId !== null && row.memberId === null) {
    throw new AppError('unauthenticated', 'The owner of this ingest key is no longer a member of the organization.')
  }
  if (row.revokedAt !== null) {
    throw new AppError(
      'unauthenticated',
      'This ingest key was revoked. Create a new one under My usage and put it into the tool.',
    )
  }
  if (row.expiresAt !== null && row.expiresAt <= context.now) {
    throw new AppError(
      'unauthenticated',
      'This ingest key has expired. Create a new one under My usage and put it into the tool.',
    )
  }
  const {
    organization: { orgId, ...organization },
    ...key
  } = row
  return { ...key, orgId, organization }
}

function invalidKey(): AppError {
  return new AppError(
    'unauthenticated',
    'No such ingest key. Send it as "Authorization: Bearer outlay_…"; keys are created under My usage and shown once.',
  )
}
