import { describe, expect, test } from 'vitest'
import { memberVisibilities, roles } from '@/db/enums'
import type { MemberVisibility, Role } from '@/db/enums'
import { denial, may } from './permissions'
import type { Permission } from './permissions'

/** Who may do what, written a second time: o owner, a admin, b billing manager, m member, v member by visibility. */
const expected: Record<Permission, string> = {
  'org:read': 'oabm',
  'models:read': 'oabm',
  'modes:read': 'oabm',
  'me:read': 'oabm',
  'me:manage': 'oabm',
  'members:read': 'oabm',
  'members:manage': 'oa',
  'owners:manage': 'o',
  'org:delete': 'o',
  'sso:manage': 'o',
  'settings:manage': 'oa',
  'models:manage': 'oa',
  'modes:manage': 'oa',
  'keys:manage': 'oa',
  'exports:read': 'oa',
  'audit:read': 'oa',
  'limits:manage': 'oa',
  'usage:read': 'oabv',
  'people:read': 'oav',
  'billing:read': 'oab',
  'billing:manage': 'ob',
  'assignments:manage': 'oa',
}

const letters: Record<Role, string> = { owner: 'o', admin: 'a', billing: 'b', member: 'm' }

/** What a member gets beyond the table. Totals show nothing more until their minimum cohort is enforced. */
const visible: Record<MemberVisibility, readonly string[]> = { self: [], totals: [], all: ['usage:read', 'people:read'] }

const permissions = Object.entries(expected).flatMap(([name, who]) => (isPermission(name) ? [{ name, who }] : []))

describe('every role, permission and visibility', () => {
  test.each(permissions)('$name', ({ name, who }) => {
    for (const role of roles) {
      for (const visibility of memberVisibilities) {
        const isByVisibility = role === 'member' && who.includes('v') && visible[visibility].includes(name)
        expect([role, visibility, may(role, name, visibility)]).toEqual([
          role,
          visibility,
          who.includes(letters[role]) || isByVisibility,
        ])
      }
    }
    expect(denial(name)).toMatch(/^[A-Z].*\.$/)
  })

  test('are all there', () => {
    expect(permissions).toHaveLength(22)
  })
})

test('who may not be an owner can never make one, nor delete the organization', () => {
  for (const role of roles.filter((name) => name !== 'owner')) {
    for (const visibility of memberVisibilities) {
      expect(may(role, 'owners:manage', visibility) || may(role, 'org:delete', visibility)).toBe(false)
    }
  }
})

function isPermission(name: string): name is Permission {
  return name in expected
}
