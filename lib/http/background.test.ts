import { expect, test } from 'vitest'
import { loopbackUrl } from './background'

test.each([
  ['127.0.0.1', 'http://127.0.0.1:3000'],
  ['0.0.0.0', 'http://127.0.0.1:3000'],
  ['::', 'http://[::1]:3000'],
  ['::1', 'http://[::1]:3000'],
  ['localhost', 'http://localhost:3000'],
  ['10.1.2.3', 'http://10.1.2.3:3000'],
])('a server that listens on %s is called at %s', (host, url) => {
  expect(loopbackUrl({ host, port: 3000 })).toBe(url)
})
