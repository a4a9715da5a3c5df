import { expect, test } from 'vitest'
import { audited, write } from '@/lib/audit/write'
import { narrow } from './scope'
import type { Context, Scope } from './scope'

/**
 * Promises that the compiler keeps, checked by the step *types*: if one of these lines compiled, its `@ts-expect-error` would be the error.
 * Never called: what they would do is beside the point.
 */
export async function promises(
  context: Context,
  usage: Scope<'usage:read'>,
  read: Scope<'members:read'>,
  manage: Scope<'members:manage'>,
): Promise<void> {
  const readUsage = (scope: Scope<'usage:read'>) => scope.orgId
  const readMembers = (scope: Scope<'members:read'>) => scope.orgId
  const readPeopleUsage = (scope: Scope<'usage:read' | 'people:read'>) => scope.orgId

  readUsage(usage)
  // To manage is to read.
  readMembers(manage)

  // @ts-expect-error another permission is no permission
  readMembers(usage)
  // @ts-expect-error one of two permissions is not both
  readPeopleUsage(usage)
  // @ts-expect-error to read is not to manage
  writeMembers(read)
  // @ts-expect-error no scope is no permission
  readUsage()
  // @ts-expect-error a context is no scope
  readUsage(context)
  // @ts-expect-error a scope cannot be made by hand
  readUsage({ ...context, orgId: 1, organization: usage.organization, actor: usage.actor })

  const stronger = narrow(usage, 'people:read')
  // @ts-expect-error a narrowed scope may be null, and has to be asked
  readPeopleUsage(stronger)
  if (stronger) readPeopleUsage(stronger)

  await write(manage, async () => audited(1, { action: 'member.added', subjectId: '1' }))
  // @ts-expect-error a change without its entry does not compile
  await write(manage, async () => 1)
  // @ts-expect-error nor does an entry made by hand
  await write(manage, async () => ({ value: 1, entry: { action: 'member.added', subjectId: '1' } }))
  // @ts-expect-error nor an action that is not on the list
  audited(1, { action: 'member.teleported', subjectId: '1' })
}

function writeMembers(scope: Scope<'members:manage'>): number {
  return scope.orgId
}

test('the promises of the compiler are in a file that it reads', () => {
  expect(promises).toBeTypeOf('function')
})
