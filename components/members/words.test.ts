import { expect, test } from 'vitest'
import { describeRoles } from './words'

test('roles are counted in words, one is singular, and a role that nobody has is left out', () => {
  expect(describeRoles({ owner: 1, admin: 4, billing: 0, member: 1_046 })).toEqual([
    '1\u00a0owner',
    '4\u00a0admins',
    '1,046\u00a0members',
  ])
  expect(describeRoles({ owner: 2, admin: 0, billing: 1, member: 0 })).toEqual(['2\u00a0owners', '1\u00a0billing manager'])
})
