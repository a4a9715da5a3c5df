import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import {
  addDays,
  addMonths,
  daysBetween,
  isLocalDay,
  localDayAt,
  startOfLocalDay,
  startOfMonth,
  startOfWeek,
  wallClockText,
} from './time'

const numRuns = process.env['PROVE'] ? 3_000 : 200
// In full counts the laws over all zones take a while.
vi.setConfig({ testTimeout: 120_000 })
const zones = [...Intl.supportedValuesOf('timeZone'), 'UTC']
const zone = fc.constantFrom(...zones)
const dayMs = 86_400_000

/** Any day of the years that an organization's events and ranges can touch. */
const day = fc.integer({ min: 0, max: 9_130 }).map((offset) => addDays('2015-01-01', offset))

/** A local day begins at the first instant that falls on it: a millisecond earlier it was still a day before. */
function expectStart(on: string, timeZone: string) {
  const start = startOfLocalDay(on, timeZone)
  expect(localDayAt(start, timeZone), `${on} in ${timeZone}`).toBe(on)
  expect(localDayAt(new Date(start.getTime() - 1), timeZone) < on, `before ${on} in ${timeZone}`).toBe(true)
}

describe('a local day', () => {
  it('begins at its first instant, in every zone that there is', () => {
    fc.assert(
      fc.property(zone, day, (timeZone, on) => expectStart(on, timeZone)),
      { numRuns },
    )
  })

  it('begins right around every change of the clock of 2025 to 2027, in every zone', () => {
    let changes = 0
    for (const timeZone of zones) {
      const offsetAt = (atMs: number) => Date.parse(`${wallClockText(new Date(atMs), timeZone).replace(' ', 'T')}Z`) - atMs
      let before = offsetAt(Date.UTC(2025, 0, 1))
      for (let atMs = Date.UTC(2025, 0, 8); atMs < Date.UTC(2027, 11, 31); atMs += 7 * dayMs) {
        const after = offsetAt(atMs)
        if (after !== before) {
          changes++
          let [low, high] = [atMs - 7 * dayMs, atMs]
          while (high - low > 60_000) {
            const middle = low + Math.floor((high - low) / 120_000) * 60_000
            if (offsetAt(middle) === before) low = middle
            else high = middle
          }
          for (const distance of [-1, 0, 1]) expectStart(addDays(localDayAt(new Date(high), timeZone), distance), timeZone)
        }
        before = after
      }
    }
    expect(changes).toBeGreaterThan(500)
  })

  it.each([
    ['UTC', '2026-11-20', '2026-11-20T00:00:00.000Z'],
    ['Asia/Kolkata', '2026-11-20', '2026-11-19T18:30:00.000Z'],
    ['Asia/Kathmandu', '2026-11-20', '2026-11-19T18:15:00.000Z'],
    ['Pacific/Chatham', '2026-04-05', '2026-04-04T10:15:00.000Z'],
    ['Pacific/Kiritimati', '2026-11-20', '2026-11-19T10:00:00.000Z'],
    ['Etc/GMT+12', '2026-11-20', '2026-11-20T12:00:00.000Z'],
    ['Australia/Lord_Howe', '2026-04-05', '2026-04-04T13:00:00.000Z'],
    ['Australia/Lord_Howe', '2026-04-06', '2026-04-05T13:30:00.000Z'],
    ['Europe/Berlin', '2026-03-29', '2026-03-28T23:00:00.000Z'],
    ['Europe/Berlin', '2026-03-30', '2026-03-29T22:00:00.000Z'],
    // The clock goes from 24:00 to 01:00: the day has no midnight.
    ['America/Santiago', '2026-09-06', '2026-09-06T04:00:00.000Z'],
    ['Africa/Cairo', '2026-04-24', '2026-04-23T22:00:00.000Z'],
    ['Asia/Beirut', '2026-03-29', '2026-03-28T22:00:00.000Z'],
    ['America/Havana', '2026-03-08', '2026-03-08T05:00:00.000Z'],
    // The clock goes back from 24:00 to 23:00: the day before has 23 o'clock twice.
    ['America/Santiago', '2026-04-05', '2026-04-05T04:00:00.000Z'],
    // The clock goes back from 01:00 to 00:00: midnight comes twice, and the day begins at the first.
    ['America/Havana', '2026-11-01', '2026-11-01T04:00:00.000Z'],
  ])('in %s, %s begins at %s', (timeZone, on, at) => expect(startOfLocalDay(on, timeZone).toISOString()).toBe(at))

  it('that a zone left out begins where the next one does', () => {
    expect(startOfLocalDay('2011-12-30', 'Pacific/Apia')).toEqual(startOfLocalDay('2011-12-31', 'Pacific/Apia'))
  })

  it('and the days beside it leave no instant out and take none twice', () => {
    fc.assert(
      fc.property(zone, day, fc.integer({ min: 0, max: 26 * 3_600_000 }), (timeZone, on, offsetMs) => {
        const at = new Date(startOfLocalDay(on, timeZone).getTime() + offsetMs)
        const itsDay = localDayAt(at, timeZone)
        expect(startOfLocalDay(itsDay, timeZone) <= at && at < startOfLocalDay(addDays(itsDay, 1), timeZone)).toBe(true)
      }),
      { numRuns },
    )
  })
})

describe('the wall clock', () => {
  it.each([
    ['2026-11-20T23:59:59.999Z', 'UTC', '2026-11-20 23:59:59'],
    ['2026-11-20T00:00:00Z', 'UTC', '2026-11-20 00:00:00'],
    ['2026-11-20T18:30:00Z', 'Asia/Kolkata', '2026-11-21 00:00:00'],
    ['2026-04-04T15:15:00Z', 'Australia/Lord_Howe', '2026-04-05 01:45:00'],
    ['2026-04-04T14:45:00Z', 'Australia/Lord_Howe', '2026-04-05 01:45:00'],
    ['2026-11-20T12:00:00Z', 'America/St_Johns', '2026-11-20 08:30:00'],
  ])('at %s in %s shows %s', (at, timeZone, text) => expect(wallClockText(new Date(at), timeZone)).toBe(text))
})

describe('calendar arithmetic', () => {
  it('knows which days exist', () => {
    for (const text of ['1970-01-01', '2024-02-29', '2026-11-20', '9999-12-31']) expect(isLocalDay(text)).toBe(true)
    for (const text of [
      '', '2026-02-29', '2026-02-30', '2026-13-01', '2026-00-10', '2026-1-1', '1969-12-31', '20261120', '2026-11-20T00:00', ' 2026-11-20',
      '2026-11-20\n', '٢٠٢٦-١١-٢٠', '-026-11-20', '0000-01-01',
    ]) expect(isLocalDay(text), JSON.stringify(text)).toBe(false) // prettier-ignore
  })

  it('adds and counts days as inverse operations, whatever zone the machine is in', () => {
    fc.assert(
      fc.property(day, fc.integer({ min: -4_000, max: 4_000 }), (from, amount) => {
        const to = addDays(from, amount)
        expect(isLocalDay(to)).toBe(true)
        expect(daysBetween(from, to)).toBe(amount)
        expect(to > from).toBe(amount > 0)
      }),
      { numRuns },
    )
    expect(addDays('2026-02-28', 1)).toBe('2026-03-01')
    expect(addDays('2024-02-28', 1)).toBe('2024-02-29')
    expect(addDays('2026-01-01', -1)).toBe('2025-12-31')
  })

  it('begins a week on its Monday and a month on its first', () => {
    fc.assert(
      fc.property(day, (on) => {
        const monday = startOfWeek(on)
        expect(new Date(`${monday}T00:00:00Z`).getUTCDay()).toBe(1)
        expect(daysBetween(monday, on)).toBeGreaterThanOrEqual(0)
        expect(daysBetween(monday, on)).toBeLessThan(7)
        expect(startOfMonth(on)).toBe(`${on.slice(0, 8)}01`)
      }),
      { numRuns },
    )
    expect(startOfWeek('2026-11-22')).toBe('2026-11-16')
    expect(startOfWeek('2026-11-23')).toBe('2026-11-23')
    expect(startOfWeek('2027-01-01')).toBe('2026-12-28')
  })

  it.each([
    ['2026-01-31T10:20:30.456Z', 1, '2026-02-28T10:20:30.456Z'],
    ['2024-01-31T00:00:00.000Z', 1, '2024-02-29T00:00:00.000Z'],
    ['2026-01-31T00:00:00.000Z', 2, '2026-03-31T00:00:00.000Z'],
    ['2026-03-31T00:00:00.000Z', -1, '2026-02-28T00:00:00.000Z'],
    ['2026-11-30T23:59:59.999Z', 3, '2027-02-28T23:59:59.999Z'],
    ['2026-11-20T12:00:00.000Z', -25, '2024-10-20T12:00:00.000Z'],
    ['2024-02-29T00:00:00.000Z', 12, '2025-02-28T00:00:00.000Z'],
    ['2026-12-15T00:00:00.000Z', 0, '2026-12-15T00:00:00.000Z'],
  ])('from %s, %d months are %s', (at, amount, expected) => expect(addMonths(new Date(at), amount).toISOString()).toBe(expected))

  it('keeps the day of the month and the time, cut only to the length of the month', () => {
    const instant = fc.date({ min: new Date('2015-01-01'), max: new Date('2040-01-01'), noInvalidDate: true })
    fc.assert(
      fc.property(instant, fc.integer({ min: -120, max: 120 }), (at, amount) => {
        const moved = addMonths(at, amount)
        const months = (each: Date) => each.getUTCFullYear() * 12 + each.getUTCMonth()
        expect(months(moved) - months(at)).toBe(amount)
        expect(moved.toISOString().slice(10)).toBe(at.toISOString().slice(10))
        const isLastOfMonth = new Date(moved.getTime() + dayMs).getUTCDate() === 1
        expect(moved.getUTCDate() === at.getUTCDate() || (isLastOfMonth && moved.getUTCDate() < at.getUTCDate())).toBe(true)
      }),
      { numRuns },
    )
  })
})
