import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createId, createOrganizationId, formatUuid } from './ids'

const numRuns = process.env['PROVE'] ? 5_000 : 200
const instant = fc.date({ min: new Date('2020-01-01T00:00:00Z'), max: new Date('2105-01-01T00:00:00Z'), noInvalidDate: true })

describe('createId', () => {
  it('is a UUID of version 7 that tells its millisecond', () => {
    fc.assert(
      fc.property(instant, (now) => {
        const id = createId(now)
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
        expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(now.getTime())
      }),
      { numRuns },
    )
  })

  it('sorts by time as text, as the database sorts it', () => {
    fc.assert(
      fc.property(instant, fc.integer({ min: 1, max: 10 ** 9 }), (now, laterMs) => {
        expect(createId(now) < createId(new Date(now.getTime() + laterMs))).toBe(true)
      }),
      { numRuns },
    )
  })

  it('never comes twice in one millisecond', () => {
    const now = new Date('2026-11-20T12:00:00Z')
    expect(new Set(Array.from({ length: 20_000 }, () => createId(now))).size).toBe(20_000)
  })
})

describe('createOrganizationId', () => {
  it('is a safe number, and a later second is always a larger one', () => {
    fc.assert(
      fc.property(instant, fc.integer({ min: 1, max: 10 ** 6 }), (now, seconds) => {
        const earlier = createOrganizationId(now)
        const later = createOrganizationId(new Date(now.getTime() + seconds * 1_000))
        expect(Number.isSafeInteger(earlier) && Number.isSafeInteger(later) && earlier < later).toBe(true)
        expect(Math.floor(earlier / 2 ** 20)).toBe(Math.floor(now.getTime() / 1_000))
      }),
      { numRuns },
    )
  })

  it('uses all 20 random bits within a second', () => {
    const now = new Date('2026-11-20T12:00:00Z')
    const tails = Array.from({ length: 400 }, () => createOrganizationId(now) % 2 ** 20)
    for (let bit = 0; bit < 20; bit++) {
      expect(new Set(tails.map((tail) => Math.floor(tail / 2 ** bit) % 2)).size).toBe(2)
    }
  })
})

it('formatUuid writes sixteen bytes in the order in which they stand', () => {
  expect(formatUuid(Buffer.from('00112233445566778899aabbccddeeffffff', 'hex'))).toBe('00112233-4455-6677-8899-aabbccddeeff')
})
