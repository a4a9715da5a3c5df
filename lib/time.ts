/** Whole local days, as `YYYY-MM-DD`: the unit of every range on a usage page. */
export type LocalDay = string

const dayMs = 86_400_000

/** Whether a text is a day that exists, written `YYYY-MM-DD`, from 1970 to 9999. */
export function isLocalDay(text: string): text is LocalDay {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const at = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.getTime() >= 0 && at.toISOString().slice(0, 10) === text
}

/** The day that many days later (earlier when negative). Calendar arithmetic: no time zone takes part. */
export function addDays(day: LocalDay, amount: number): LocalDay {
  return new Date(Date.parse(`${day}T00:00:00Z`) + amount * dayMs).toISOString().slice(0, 10)
}

/** How many days after `from` the day `to` is. */
export function daysBetween(from: LocalDay, to: LocalDay): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / dayMs)
}

/** The first day of the month of a day. */
export function startOfMonth(day: LocalDay): LocalDay {
  return `${day.slice(0, 7)}-01`
}

/** The Monday of the week of a day (ISO 8601). */
export function startOfWeek(day: LocalDay): LocalDay {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay()
  return addDays(day, -((weekday + 6) % 7))
}

const formatters = new Map<string, Intl.DateTimeFormat>()

function wallClock(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone)
  if (known) return known
  const made = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
  formatters.set(timeZone, made)
  return made
}

/** The day that an instant falls on in a time zone. */
export function localDayAt(at: Date, timeZone: string): LocalDay {
  return wallClockText(at, timeZone).slice(0, 10)
}

/** The instant at which a local day begins in a time zone: the first one that falls on it. */
export function startOfLocalDay(day: LocalDay, timeZone: string): Date {
  const midnight = Date.parse(`${day}T00:00:00Z`)
  // Zones lie between −12 and +14 hours of UTC; the day begins at the smallest instant in there that falls on it. Zone changes
  // happen on whole minutes, so that bisecting by the minute is exact.
  let before = midnight - 15 * 3_600_000
  let after = midnight + 13 * 3_600_000
  while (after - before > 60_000) {
    const middle = before + Math.floor((after - before) / 120_000) * 60_000
    if (localDayAt(new Date(middle), timeZone) < day) before = middle
    else after = middle
  }
  return new Date(after)
}

/** An instant as `YYYY-MM-DD HH:mm:ss` on the wall clock of a time zone. */
export function wallClockText(at: Date, timeZone: string): string {
  const parts = Object.fromEntries(
    wallClock(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  )
  return `${parts['year']}-${parts['month']}-${parts['day']} ${parts['hour']}:${parts['minute']}:${parts['second']}`
}

/** The same time so many calendar months earlier or later, cut to the length of the month (31 Jan + 1 month → 28 Feb), in UTC. */
export function addMonths(at: Date, amount: number): Date {
  const first = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + amount, 1))
  const lastDay = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate()
  return new Date(
    Date.UTC(
      first.getUTCFullYear(),
      first.getUTCMonth(),
      Math.min(at.getUTCDate(), lastDay),
      at.getUTCHours(),
      at.getUTCMinutes(),
      at.getUTCSeconds(),
      at.getUTCMilliseconds(),
    ),
  )
}
