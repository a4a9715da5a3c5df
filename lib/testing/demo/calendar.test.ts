import { describe, expect, test } from 'vitest'
import { dayInZone, dayMs, dayStartMs, isHoliday, isoDay, isWeekend } from './calendar'

const day = (text: string) => Date.parse(text) / dayMs

describe('holidays', () => {
  test.each([
    ['2026-04-03', 'DE', 'Good Friday'],
    ['2026-05-14', 'DE', 'Ascension'],
    ['2027-05-17', 'DE', 'Whit Monday'],
    ['2026-11-26', 'US', 'Thanksgiving'],
    ['2026-11-27', 'US', 'the day after'],
    ['2026-05-25', 'US', 'Memorial Day'],
    ['2026-09-07', 'US', 'Labor Day'],
    ['2026-11-08', 'IN', 'Diwali'],
    ['2026-08-31', 'GB', 'the summer bank holiday'],
    ['2026-06-04', 'PL', 'Corpus Christi'],
  ] as const)('%s is one in %s: %s', (text, country, name) => {
    expect(isHoliday(day(text), country), name).toBe(true)
  })

  test('are a country’s own', () => {
    expect(isHoliday(day('2026-11-26'), 'DE')).toBe(false)
    expect(isHoliday(day('2026-10-03'), 'US')).toBe(false)
    expect(isHoliday(day('2026-11-20'), 'IN')).toBe(false)
  })
})

describe('days in a zone', () => {
  test('begin at half past in a half-hour zone', () => {
    expect(new Date(dayStartMs(day('2026-11-20'), 'Asia/Kolkata')).toISOString()).toBe('2026-11-19T18:30:00.000Z')
  })

  test('follow the clock through its changes, and the last answer is not mistaken for another’s', () => {
    const start = (text: string, zone: string) => new Date(dayStartMs(day(text), zone)).toISOString()
    expect(start('2026-07-01', 'Europe/Berlin')).toBe('2026-06-30T22:00:00.000Z')
    expect(start('2026-12-01', 'Europe/Berlin')).toBe('2026-11-30T23:00:00.000Z')
    expect(start('2026-12-01', 'America/New_York')).toBe('2026-12-01T05:00:00.000Z')
    expect(start('2026-12-02', 'America/New_York')).toBe('2026-12-02T05:00:00.000Z')
    // Counted from noon: 02:00 became 03:00 in between.
    expect(start('2026-03-29', 'Europe/Berlin')).toBe('2026-03-28T22:00:00.000Z')
  })

  test('an instant falls on the day that the zone’s calendar shows', () => {
    const late = new Date('2026-11-20T20:00:00Z')
    expect(isoDay(dayInZone(late, 'Asia/Kolkata'))).toBe('2026-11-21')
    expect(isoDay(dayInZone(late, 'America/New_York'))).toBe('2026-11-20')
    expect(isoDay(dayInZone(new Date('2026-11-20T03:00:00Z'), 'America/New_York'))).toBe('2026-11-19')
  })

  test('Saturday and Sunday are the weekend', () => {
    expect(['2026-11-20', '2026-11-21', '2026-11-22', '2026-11-23'].map((text) => isWeekend(day(text)))).toEqual([
      false,
      true,
      true,
      false,
    ])
  })
})
