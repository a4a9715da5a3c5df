import { users } from '@/db/schema'
import type { Role } from '@/db/enums'
import { findKey } from '@/lib/access/keys'
import { keyScope, personScope } from '@/lib/access/scope'
import type { Context, Scope } from '@/lib/access/scope'
import type { Permission } from '@/lib/access/permissions'
import { createId } from '@/lib/ids'
import { createKey, addMember } from '@/lib/members/commands'
import { createKeyText } from '@/lib/access/keys'
import { createOrganization } from '@/lib/organizations/commands'
import { noTokens } from '@/lib/usage/request'
import type { ReportedRequest } from '@/lib/usage/request'
import { randomBytes } from 'node:crypto'

/** An organization of a test's own, made through the real commands. */
export async function makeOrganization(context: Context, options: { timeZone?: string } = {}) {
  const slug = `test-${randomBytes(6).toString('hex')}`
  const scope = await createOrganization(context, {
    name: `Test ${slug}`,
    slug,
    timeZone: options.timeZone ?? 'UTC',
    operator: 'test',
  })
  return { slug, scope, orgId: scope.orgId }
}

/** A member of it, with a fresh user. */
export async function makeMember(
  context: Context,
  organization: { scope: Scope<'members:manage'>; slug: string },
  role: Role = 'member',
) {
  const userId = createId(context.now)
  const email = `${userId}@people.example`
  await context.db.insert(users).values({ userId, email, name: `Person ${userId.slice(-6)}`, createdAt: context.now })
  await addMember(organization.scope, { userId, role })
  const scopeFor = <P extends Permission>(permission: P) => personScope(context, { userId, slug: organization.slug }, permission)
  return { userId, email, scopeFor }
}

/** An ingest key, a member's or the organization's, and the scope that it opens. */
export async function makeIngestScope(
  context: Context,
  organization: { scope: Scope<'members:manage'>; slug: string },
  userId: string | null = null,
) {
  const keyText = createKeyText()
  const manager = userId === null ? await makeMember(context, organization, 'admin') : null
  const scope = manager
    ? await manager.scopeFor('keys:manage')
    : await personScope(context, { userId: userId ?? '', slug: organization.slug }, 'me:manage')
  await createKey(scope, { userId, name: 'Test', scopes: ['usage:ingest'], keyText })
  return { keyText, scope: keyScope(context, await findKey(context, keyText), 'usage:ingest') }
}

/** A plain successful request with what a test cares about replaced. */
export function makeRequest(replaced: Partial<ReportedRequest> = {}): ReportedRequest {
  return {
    tool: 'api',
    path: 'api',
    key: { kind: 'id', id: randomBytes(8).toString('hex') },
    occurredAtMs: Date.parse('2026-11-20T10:00:00Z'),
    claim: null,
    model: 'claude-sonnet-4-5',
    provider: 'anthropic',
    client: 'cli',
    clientVersion: '1.0.0',
    project: 'example',
    language: '',
    mode: '',
    session: '',
    profile: '',
    outcome: 'ok',
    tokens: { ...noTokens, uncached: 100, output: 10 },
    costNanos: 1_000_000n,
    creditsMicrocredits: null,
    latencyMs: 1_000,
    ttftMs: null,
    ...replaced,
  }
}
