import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  absoluteChange,
  formatAsOf,
  formatBucket,
  formatBucketLong,
  formatCount,
  formatCountOf,
  formatDate,
  formatDay,
  formatDayRange,
  formatInstant,
  formatMoney,
  formatMoneyExact,
  formatMoneyTick,
  formatMonth,
  formatPercent,
  formatRelative,
  formatRelativeDay,
  formatTokens,
  initialsOf,
  relativeChange,
} from './format'
import { parseDollars } from '@/lib/money'

const berlin = 'Europe/Berlin'
const nanosOf = (text: string) => parseDollars(text) ?? -1n

describe('money', () => {
  test.each([
    ['1284.07', '$1,284.07'],
    ['1284.0651', '$1,284.07'],
    ['0', '$0.00'],
    ['0.5', '$0.50'],
    ['0.1303', '$0.1303'],
    ['0.13034', '$0.1303'],
    ['0.000412', '$0.000412'],
    ['0.0072195', '$0.00722'],
    ['0.000000001', '$0.000000001'],
    ['0.99996', '$1.00'],
    ['1', '$1.00'],
    ['9007199254740993.11', '$9,007,199,254,740,993.11'],
  ])('%s dollars are shown as %s', (dollars, shown) => {
    expect(formatMoney(nanosOf(dollars))).toBe(shown)
  })

  test('a negative amount carries a minus sign before the dollar', () => {
    expect(formatMoney(-3_200_000_000n)).toBe('−$3.20')
    expect(formatMoneyExact(-1n)).toBe('−$0.000000001')
  })

  test('the exact form loses nothing', () => {
    expect(formatMoneyExact(1_284_070_123_456n)).toBe('$1,284.070123456')
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 24n }), (nanos) => {
        expect(parseDollars(formatMoneyExact(nanos).replace(/[$,]/g, ''))).toBe(nanos)
      }),
    )
  })

  test('the short form is never further off than half a cent, or half a ten-thousandth of itself below a dollar', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), (nanos) => {
        const shown = parseDollars(formatMoney(nanos).replace(/[$,]/g, '')) ?? -1n
        const off = shown > nanos ? shown - nanos : nanos - shown
        expect(nanos >= 1_000_000_000n ? off <= 5_000_000n : off * 2_000n <= nanos).toBe(true)
      }),
    )
  })

  test('ticks drop cents that say nothing and shorten thousands', () => {
    expect([0n, 80n, 1_250n, 12_500n, 100_000n].map((dollars) => formatMoneyTick(dollars * 1_000_000_000n))).toEqual([
      '$0',
      '$80',
      '$1,250',
      '$12.5\u00a0K',
      '$100\u00a0K',
    ])
    expect(formatMoneyTick(nanosOf('0.05'))).toBe('$0.05')
    expect(formatMoneyTick(nanosOf('12000'))).toBe('$12\u00a0K')
  })
})

describe('counts', () => {
  test.each([
    [0, '0'],
    [999, '999'],
    [48_210, '48,210'],
    [-1_234_567, '−1,234,567'],
  ])('%d is shown as %s', (count, shown) => {
    expect(formatCount(count)).toBe(shown)
  })

  test('one is singular', () => {
    expect(formatCountOf(1, 'request')).toBe('1\u00a0request')
    expect(formatCountOf(0, 'request')).toBe('0\u00a0requests')
    expect(formatCountOf(2, 'person', 'people')).toBe('2\u00a0people')
  })

  test.each([
    [0, '0'],
    [9_999, '9,999'],
    [10_000, '10.0\u00a0K'],
    [812_345, '812\u00a0K'],
    [999_499, '999\u00a0K'],
    [999_999, '1.00\u00a0M'],
    [9_400_000, '9.40\u00a0M'],
    [68_140_000, '68.1\u00a0M'],
    [99_960_000, '100\u00a0M'],
    [1_920_000_000, '1.92\u00a0B'],
    [4_000_000_000_000_000, '4,000\u00a0T'],
  ])('%d tokens are shown as %s', (count, shown) => {
    expect(formatTokens(count)).toBe(shown)
  })

  test('percentages have one decimal below a hundred', () => {
    expect([0, 0.1243, -0.039, 0.9994, 0.9996, 12.4].map(formatPercent)).toEqual([
      '0.0%',
      '12.4%',
      '−3.9%',
      '99.9%',
      '100%',
      '1,240%',
    ])
  })
})

describe('changes', () => {
  test('the sign and the arrow agree', () => {
    expect(relativeChange(1124n, 1000n)).toEqual({ direction: 'up', text: '+12.4%' })
    expect(relativeChange(961n, 1000n)).toEqual({ direction: 'down', text: '−3.9%' })
    expect(relativeChange(1000n, 1000n)).toEqual({ direction: 'flat', text: '0.0%' })
    expect(absoluteChange(53, 49)).toEqual({ direction: 'up', text: '+4' })
    expect(absoluteChange(49, 53)).toEqual({ direction: 'down', text: '−4' })
    expect(absoluteChange(4, 4).direction).toBe('flat')
  })

  test('nothing is compared with nothing', () => {
    expect(relativeChange(10n, 0n)).toBeNull()
  })

  test('amounts beyond what a double holds are compared exactly', () => {
    const whole = 10n ** 30n
    expect(relativeChange(whole + whole / 8n, whole)?.text).toBe('+12.5%')
  })
})

describe('days', () => {
  test('a day shows its weekday, and its year only when it is another one', () => {
    expect(formatDay('2026-11-20', '2026-11-20')).toBe('Fri 20 Nov')
    expect(formatDay('2025-11-20', '2026-11-20')).toBe('Thu 20 Nov 2025')
    expect(formatMonth('2026-02-01')).toBe('Feb 2026')
  })

  test('a range shows years when they matter', () => {
    expect(formatDayRange({ from: '2026-10-22', to: '2026-11-20' }, '2026-11-20')).toBe('22 Oct – 20 Nov')
    expect(formatDayRange({ from: '2025-11-21', to: '2026-11-20' }, '2026-11-20')).toBe('21 Nov 2025 – 20 Nov 2026')
    expect(formatDayRange({ from: '2025-03-01', to: '2025-03-31' }, '2026-11-20')).toBe('1 Mar – 31 Mar 2025')
    expect(formatDayRange({ from: '2026-11-20', to: '2026-11-20' }, '2026-11-20')).toBe('20 Nov')
  })

  test('a bucket is named by its grain', () => {
    expect([formatBucket('2026-11-16', 'day'), formatBucket('2026-11-16', 'week'), formatBucket('2026-11-01', 'month')]).toEqual([
      '16 Nov',
      '16 Nov',
      'Nov 2026',
    ])
    expect(formatBucketLong('2026-11-16', 'week')).toBe('Week of 16 Nov')
    expect(formatBucketLong('2025-11-17', 'week', '2026-11-16')).toBe('Week of 17 Nov 2025')
  })
})

describe('instants', () => {
  const at = new Date('2026-11-20T13:03:30Z')

  test('are shown in the zone that is asked for, not in the machine’s', () => {
    expect(formatAsOf(at, { now: at, timeZone: berlin })).toBe('As of 14:03 · Europe/Berlin')
    expect(formatInstant(at, 'Asia/Kathmandu')).toBe('20 Nov 2026, 18:48')
    expect(formatDate(new Date('2026-11-20T23:30:00Z'), berlin)).toBe('21 Nov 2026')
    expect(formatDate(new Date('2025-03-01T23:30:00Z'), berlin)).toBe('2 Mar 2025')
  })

  test('midnight is 00:00', () => {
    expect(formatInstant(new Date('2026-11-19T23:00:00Z'), berlin)).toBe('20 Nov 2026, 00:00')
  })

  test('numbers that are not of today say of which day they are', () => {
    expect(formatAsOf(at, { now: new Date('2026-11-21T09:00:00Z'), timeZone: berlin })).toBe('As of 20 Nov 14:03 · Europe/Berlin')
  })

  test.each([
    ['2026-11-20T13:03:10Z', 'just now'],
    ['2026-11-20T13:10:00Z', 'just now'],
    ['2026-11-20T12:59:20Z', '4 min ago'],
    ['2026-11-20T11:40:00Z', '1 h ago'],
    ['2026-11-19T22:30:00Z', 'yesterday'],
    ['2026-11-17T10:00:00Z', '3 days ago'],
    ['2026-10-01T10:00:00Z', '1 Oct 2026'],
  ])('%s is %s', (then, shown) => {
    expect(formatRelative(new Date(then), { now: at, timeZone: berlin })).toBe(shown)
  })

  test('a day is shown in days', () => {
    expect(['2026-11-20', '2026-11-19', '2026-10-21', '2026-10-20'].map((day) => formatRelativeDay(day, '2026-11-20'))).toEqual([
      'today',
      'yesterday',
      '30 days ago',
      '20 Oct 2026',
    ])
  })

  test('just past midnight the last minutes are still minutes', () => {
    const now = new Date('2026-11-19T23:10:00Z')
    expect(formatRelative(new Date('2026-11-19T22:50:00Z'), { now, timeZone: berlin })).toBe('20 min ago')
  })
})

test('initials come from the first and the last word, or from an e-mail', () => {
  expect(['Ana Ruiz', 'Tomás de la Lind', 'Plato', 'mei@acme.dev', '', '🚀 Bot'].map(initialsOf)).toEqual([
    'AR',
    'TL',
    'P',
    'MD',
    '?',
    '🚀B',
  ])
})
