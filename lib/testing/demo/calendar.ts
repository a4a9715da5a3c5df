import { itemAt } from './random'

/** Countries whose public holidays people of the demo keep. */
export const countries = ['DE', 'US', 'IN', 'GB', 'PL'] as const
export type Country = (typeof countries)[number]

export const dayMs = 86_400_000

/** A calendar day as its number of days since 1 January 1970: what a zone calls that day begins elsewhere than UTC's. */
export type DayNumber = number

/** The day that a zone's calendar shows at this instant. */
export function dayInZone(instant: Date, timeZone: string): DayNumber {
  return Math.floor((instant.getTime() + zoneOffsetMs(instant.getTime(), timeZone)) / dayMs)
}

/** The instant, as epoch milliseconds, from which this local day's clock is counted: its noon less twelve hours. */
export function dayStartMs(day: DayNumber, timeZone: string): number {
  // Asked for every person, of whom hundreds share a zone and a day: the last answer is the one that is asked for again.
  if (lastStart.day === day && lastStart.timeZone === timeZone) return lastStart.startMs
  const noon = day * dayMs + dayMs / 2
  const guess = noon - zoneOffsetMs(noon, timeZone)
  lastStart = { day, timeZone, startMs: noon - zoneOffsetMs(guess, timeZone) - dayMs / 2 }
  return lastStart.startMs
}

let lastStart = { day: Number.NaN, timeZone: '', startMs: Number.NaN }

/** 0 is Sunday. */
export function weekdayOf(day: DayNumber): number {
  return (((day + 4) % 7) + 7) % 7
}

export function isWeekend(day: DayNumber): boolean {
  const weekday = weekdayOf(day)
  return weekday === 0 || weekday === 6
}

export function isHoliday(day: DayNumber, country: Country): boolean {
  return holidaysOf(new Date(day * dayMs).getUTCFullYear(), country).has(day)
}

/** The day as `YYYY-MM-DD`. */
export function isoDay(day: DayNumber): string {
  return new Date(day * dayMs).toISOString().slice(0, 10)
}

const formats = new Map<string, Intl.DateTimeFormat>()

function zoneOffsetMs(instantMs: number, timeZone: string): number {
  let format = formats.get(timeZone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
    formats.set(timeZone, format)
  }
  const name = format.formatToParts(instantMs).find((part) => part.type === 'timeZoneName')?.value ?? ''
  const match = /^GMT(?:([+-])(\d{2}):(\d{2}))?$/.exec(name)
  if (!match) throw new RangeError(`no offset of ${timeZone}`)
  const [, sign, hours = '0', minutes = '0'] = match
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
}

const holidays = new Map<string, Set<DayNumber>>()

function holidaysOf(year: number, country: Country): Set<DayNumber> {
  const key = `${country}${year}`
  let days = holidays.get(key)
  if (!days) {
    days = new Set(listHolidays(year, country))
    holidays.set(key, days)
  }
  return days
}

/** The Hindu calendar follows the moon, so these two are listed rather than computed: Holi and Diwali. */
const lunarHolidays: Readonly<Record<number, readonly [string, string]>> = {
  2024: ['03-25', '10-31'],
  2025: ['03-14', '10-20'],
  2026: ['03-04', '11-08'],
  2027: ['03-22', '10-29'],
  2028: ['03-11', '10-17'],
  2029: ['03-01', '11-05'],
  2030: ['03-20', '10-26'],
}

function listHolidays(year: number, country: Country): DayNumber[] {
  const on = (...days: readonly string[]) => days.map((day) => Date.parse(`${year}-${day}`) / dayMs)
  const easter = easterSunday(year)
  switch (country) {
    case 'DE':
      return [...on('01-01', '05-01', '10-03', '12-25', '12-26'), easter - 2, easter + 1, easter + 39, easter + 50]
    case 'US':
      return [
        ...on('01-01', '06-19', '07-04', '12-25'),
        nthWeekday(year, 1, 1, 3),
        nthWeekday(year, 2, 1, 3),
        nthWeekday(year, 6, 1, 1) - 7,
        nthWeekday(year, 9, 1, 1),
        nthWeekday(year, 11, 4, 4),
        nthWeekday(year, 11, 4, 4) + 1,
      ]
    case 'IN':
      return on('01-26', '08-15', '10-02', '12-25', ...(lunarHolidays[year] ?? []))
    case 'GB':
      return [...on('01-01', '12-25', '12-26'), easter - 2, easter + 1, nthWeekday(year, 5, 1, 1), nthWeekday(year, 9, 1, 1) - 7]
    case 'PL':
      return [...on('01-01', '01-06', '05-01', '05-03', '08-15', '11-01', '11-11', '12-25', '12-26'), easter + 1, easter + 60]
  }
}

/** The nth such weekday of a month (1 is January). */
function nthWeekday(year: number, month: number, weekday: number, nth: number): DayNumber {
  const first = Date.UTC(year, month - 1, 1) / dayMs
  return first + ((weekday - weekdayOf(first) + 7) % 7) + (nth - 1) * 7
}

/** Easter Sunday of the Gregorian calendar, by Gauss's rule in its anonymous form. */
function easterSunday(year: number): DayNumber {
  const golden = year % 19
  const century = Math.floor(year / 100)
  const rest = year % 100
  const skipped = century - Math.floor(century / 4) - Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3)
  const epact = (19 * golden + skipped + 15) % 30
  const weekday = (32 + 2 * (century % 4) + 2 * Math.floor(rest / 4) - epact - (rest % 4)) % 7
  const late = Math.floor((golden + 11 * epact + 22 * weekday) / 451)
  const sum = epact + weekday - 7 * late + 114
  return Date.UTC(year, Math.floor(sum / 31) - 1, (sum % 31) + 1) / dayMs
}

/** What share of a usual working day's work is done on this weekday. */
export function weekdayShare(day: DayNumber): number {
  return itemAt([0.35, 0.96, 1.08, 1.1, 1.03, 0.82, 0.4], weekdayOf(day))
}
