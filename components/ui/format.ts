import { divide, NANOS_PER_DOLLAR } from '@/lib/money'
import { daysBetween, localDayAt } from '@/lib/time'

/*
 * The one place where figures, days and instants become text. Everything is pure, speaks one English whatever the machine's
 * locale is, and needs to be told the time zone and the moment. Money is never turned into a floating-point number.
 */

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const
const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const
const minus = '−'
// A figure and its unit never part at the end of a line.
const space = '\u00a0'
const minuteMs = 60_000
const hourMs = 60 * minuteMs

/** Money with as many digits as it needs: cents from a dollar on, up to four significant digits below: `$1,284.07`, `$0.000412`. */
export function formatMoney(nanos: bigint): string {
  const size = nanos < 0n ? -nanos : nanos
  const sign = nanos < 0n ? minus : ''
  return `${sign}$${formatDecimal(roundTo(size, decimalsOf(size)))}`
}

/** Money to the nano-dollar, for hovers and reading aloud: `$1,284.070123456`. */
export function formatMoneyExact(nanos: bigint): string {
  const size = nanos < 0n ? -nanos : nanos
  return `${nanos < 0n ? minus : ''}$${formatDecimal(size)}`
}

/** Money for the ticks of an axis, where room is short: `$320`, `$1,250`, `$12.5 K`. */
export function formatMoneyTick(nanos: bigint): string {
  const size = nanos < 0n ? -nanos : nanos
  const sign = nanos < 0n ? minus : ''
  if (size >= 10_000n * NANOS_PER_DOLLAR) return `${sign}$${compact(Number(size / NANOS_PER_DOLLAR)).replace(/\.0+(?=\D|$)/, '')}`
  return sign + `$${formatDecimal(roundTo(size, decimalsOf(size)))}`.replace(/\.00$/, '')
}

/** A whole number with groups of three: `48,210`. */
export function formatCount(count: number | bigint): string {
  const text = (typeof count === 'number' ? Math.round(count) : count).toString()
  const digits = text.replace('-', '').replace(/\B(?=(\d{3})+$)/g, ',')
  return text.startsWith('-') ? minus + digits : digits
}

/** A count and its noun, in the singular for one: `1 request`, `48,210 requests`. */
export function formatCountOf(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(count)}${space}${count === 1 ? noun : plural}`
}

/** Tokens in three significant digits with a unit: `1.92 B`, `68.1 M`; whole below ten thousand. */
export function formatTokens(count: number): string {
  return count < 10_000 ? formatCount(count) : compact(count)
}

/** A share between 0 and 1 as a percentage: `12.4%`; whole from a hundred percent on. */
export function formatPercent(ratio: number): string {
  const percent = Math.abs(ratio * 100)
  const digits = percent >= 99.95 ? formatCount(percent) : percent.toFixed(1)
  return `${ratio < 0 ? minus : ''}${digits}%`
}

/** How a figure moved against the one before it. `direction` is what the arrow shows; `text` carries the sign. */
export type Change = { direction: 'up' | 'down' | 'flat'; text: string }

/** The relative change of a figure, or null when there is nothing to compare with. */
export function relativeChange(current: bigint, previous: bigint): Change | null {
  if (previous <= 0n) return null
  const permille = Number(divide((current - previous) * 1000n, previous))
  if (permille === 0) return { direction: 'flat', text: '0.0%' }
  const text = formatPercent(Math.abs(permille) / 1000)
  return permille > 0 ? { direction: 'up', text: `+${text}` } : { direction: 'down', text: minus + text }
}

/** The change of a small count, in whole numbers: `+4`. */
export function absoluteChange(current: number, previous: number): Change {
  const difference = current - previous
  if (difference === 0) return { direction: 'flat', text: '±0' }
  return difference > 0
    ? { direction: 'up', text: `+${formatCount(difference)}` }
    : { direction: 'down', text: minus + formatCount(-difference) }
}

/** A local day `YYYY-MM-DD` as `Fri 20 Nov`; the year is added when it isn't that of `today`. */
export function formatDay(day: string, today: string = day): string {
  const { year, month, date, weekday } = partsOf(day)
  return `${weekdays[weekday]} ${date} ${months[month]}${year === partsOf(today).year ? '' : ` ${year}`}`
}

/** A local day without its weekday, for axes: `20 Nov`. */
function formatShortDay(day: string): string {
  const { month, date } = partsOf(day)
  return `${date} ${months[month]}`
}

/** A local day with its year: `2 Mar 2025`. */
export function formatLongDay(day: string): string {
  return `${formatShortDay(day)} ${partsOf(day).year}`
}

/** The month of a local day: `Nov 2026`. */
export function formatMonth(day: string): string {
  const { year, month } = partsOf(day)
  return `${months[month]} ${year}`
}

/** Local days from and to, both included: `22 Oct – 20 Nov`; with years when they differ or aren't that of `today`. */
export function formatDayRange(range: { from: string; to: string }, today: string = range.to): string {
  const [from, to, now] = [partsOf(range.from).year, partsOf(range.to).year, partsOf(today).year]
  if (range.from === range.to) return to === now ? formatShortDay(range.to) : formatLongDay(range.to)
  if (from !== to) return `${formatLongDay(range.from)} – ${formatLongDay(range.to)}`
  return `${formatShortDay(range.from)} – ${to === now ? formatShortDay(range.to) : formatLongDay(range.to)}`
}

/** What a bucket of a chart is called on its axis: a day, the first day of a week, or a month. */
export function formatBucket(start: string, grain: 'day' | 'week' | 'month'): string {
  return grain === 'month' ? formatMonth(start) : formatShortDay(start)
}

/** What a bucket of a chart is called in a sentence or a table: `Fri 20 Nov`, `Week of 16 Nov`, `Nov 2026`. */
export function formatBucketLong(start: string, grain: 'day' | 'week' | 'month', today: string = start): string {
  if (grain === 'month') return formatMonth(start)
  if (grain === 'day') return formatDay(start, today)
  return `Week of ${partsOf(start).year === partsOf(today).year ? formatShortDay(start) : formatLongDay(start)}`
}

/** The date of an instant in a time zone: `2 Mar 2025`. */
export function formatDate(at: Date, timeZone: string): string {
  return formatLongDay(localDayAt(at, timeZone))
}

/** The wall-clock time of an instant in a time zone: `14:03`. */
function formatTime(at: Date, timeZone: string): string {
  return clockOf(timeZone).format(at)
}

/** An instant in full in a time zone: `20 Nov 2026, 14:03`. */
export function formatInstant(at: Date, timeZone: string): string {
  return `${formatDate(at, timeZone)}, ${formatTime(at, timeZone)}`
}

/** How fresh numbers are: `As of 14:03 · Europe/Berlin`; with the day when it isn't today's. */
export function formatAsOf(at: Date, { now, timeZone }: { now: Date; timeZone: string }): string {
  const day = localDayAt(at, timeZone)
  const isToday = day === localDayAt(now, timeZone)
  return `As of ${isToday ? '' : `${formatShortDay(day)} `}${formatTime(at, timeZone)} · ${timeZone}`
}

/** How long ago an instant was: `just now`, `4 min ago`, `1 h ago`, `yesterday`, `3 days ago`, then the date. */
export function formatRelative(at: Date, { now, timeZone }: { now: Date; timeZone: string }): string {
  const elapsedMs = now.getTime() - at.getTime()
  if (elapsedMs < minuteMs) return 'just now'
  if (elapsedMs < hourMs) return `${Math.floor(elapsedMs / minuteMs)} min ago`
  const [day, today] = [localDayAt(at, timeZone), localDayAt(now, timeZone)]
  return day === today ? `${Math.floor(elapsedMs / hourMs)} h ago` : formatRelativeDay(day, today)
}

/** How long ago a local day was: `today`, `yesterday`, `3 days ago`, then the date. */
export function formatRelativeDay(day: string, today: string): string {
  const days = daysBetween(day, today)
  if (days <= 0) return 'today'
  if (days === 1) return 'yesterday'
  return days <= 30 ? `${days} days ago` : formatLongDay(day)
}

/** The initials that stand for a person: the first letters of their first and last word. */
export function initialsOf(name: string): string {
  const words = name.split(/[\s@._-]+/).filter((word) => word !== '')
  const first = [...(words[0] ?? '?')][0] ?? '?'
  const last = words.length > 1 ? ([...(words.at(-1) ?? '')][0] ?? '') : ''
  return (first + last).toUpperCase()
}

function partsOf(day: string): { year: number; month: number; date: number; weekday: number } {
  const at = new Date(`${day}T00:00:00Z`)
  return { year: at.getUTCFullYear(), month: at.getUTCMonth(), date: at.getUTCDate(), weekday: at.getUTCDay() }
}

const clocks = new Map<string, Intl.DateTimeFormat>()

function clockOf(timeZone: string): Intl.DateTimeFormat {
  // Making a format costs a hundred times more than using one, and a page uses a handful of zones.
  const clock =
    clocks.get(timeZone) ?? new Intl.DateTimeFormat('en-GB', { timeZone, hourCycle: 'h23', hour: '2-digit', minute: '2-digit' })
  clocks.set(timeZone, clock)
  return clock
}

/** How many decimals an amount needs: cents from a dollar on, four significant digits below. */
function decimalsOf(size: bigint): number {
  if (size >= NANOS_PER_DOLLAR || size === 0n) return 2
  return Math.min(9, 9 - size.toString().length + 4)
}

function roundTo(size: bigint, decimals: number): bigint {
  const unit = 10n ** BigInt(9 - decimals)
  return divide(size, unit) * unit
}

/** Nano-dollars without a sign, exact, with grouped dollars and at least two decimals. */
function formatDecimal(size: bigint): string {
  const fraction = (size % NANOS_PER_DOLLAR)
    .toString()
    .padStart(9, '0')
    .replace(/0{1,7}$/, '')
  return `${formatCount(size / NANOS_PER_DOLLAR)}.${fraction}`
}

const units = [
  { size: 1e12, name: 'T' },
  { size: 1e9, name: 'B' },
  { size: 1e6, name: 'M' },
  { size: 1e3, name: 'K' },
] as const

/** Three significant digits and a unit. What rounds up to a thousand of a unit is one of the next. */
function compact(count: number): string {
  const unit = units.find(({ size }) => count >= size * 0.9995) ?? units[3]
  const scaled = count / unit.size
  const decimals = scaled >= 99.95 ? 0 : scaled >= 9.995 ? 1 : 2
  const digits = decimals === 0 ? formatCount(scaled) : scaled.toFixed(decimals)
  return `${digits}${space}${unit.name}`
}
