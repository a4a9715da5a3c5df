import { expect, test } from 'vitest'
import { findCurrent } from './current-page'

const hrefs = ['/acme', '/acme/usage', '/acme/me']

test('the longest page that holds the path is the current one', () => {
  expect(findCurrent('/acme', hrefs)).toBe('/acme')
  expect(findCurrent('/acme/usage', hrefs)).toBe('/acme/usage')
  expect(findCurrent('/acme/usage/2026', hrefs)).toBe('/acme/usage')
})

test('a page that is not in the list belongs to the organization, and a longer name is another page', () => {
  expect(findCurrent('/acme/members/1', hrefs)).toBe('/acme')
  expect(findCurrent('/acme/media', hrefs)).toBe('/acme')
  expect(findCurrent('/acme-two', hrefs)).toBeNull()
})
