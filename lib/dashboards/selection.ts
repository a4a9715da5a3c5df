import { addDays, daysBetween, isLocalDay, localDayAt, startOfLocalDay } from '@/lib/time'
import { metrics, rangeNames, tableNames } from './report'
import type { DayRange, Metric, RangeName, TableName } from './report'

/** The longest range that a page shows at once, in days: ten years. */
const rangeDaysMax = 3_660

/** How many people an opened row lists at first, and at most. */
const peopleDefault = 10
const peopleMax = 500

/** Everything that a usage page shows, as its URL says it: one selection for every card, chart, table and drill-down. */
export type UsageSelection = {
  rangeName: RangeName
  range: DayRange
  /** The preceding range of equal length; null for *all*, which nothing precedes, and where usage begins later: no data is not zero. */
  previous: DayRange | null
  /** The organization's own day now. */
  today: string
  isMine: boolean
  metric: Metric
  table: TableName
  /** The key of the opened row, if any. */
  open: string | null
  /** How many people the opened row lists. */
  peopleLimit: number
  /** The day before which the table's page begins, exclusive; null for the newest. */
  before: string | null
  /** What of the address was not understood, each with a sentence. */
  ignored: string[]
}

type Parameters = Readonly<Record<string, string | readonly string[] | undefined>>

/** What a selection needs to know of the organization. */
export type SelectionContext = {
  now: Date
  timeZone: string
  /** The first local day that has usage, or null when there is none yet. */
  firstDay: string | null
}

/** Reads a page's address. What is wrong in it is named and ignored; the page always works. */
export function parseSelection(parameters: Parameters, context: SelectionContext): UsageSelection {
  const ignored: string[] = []
  const readRaw = (name: string): string | null => {
    const value = parameters[name]
    return (typeof value === 'string' ? value : value?.[0]) ?? null
  }
  const read = (name: string): string | null => readRaw(name) || null
  const choice = <T extends string>(name: string, choices: readonly T[], fallback: T): T => {
    const text = read(name)
    if (text === null) return fallback
    const known = choices.find((each) => each === text)
    if (known === undefined) ignored.push(`There is no ${name} called “${text.slice(0, 40)}”; this shows ${fallback}.`)
    return known ?? fallback
  }
  const today = localDayAt(context.now, context.timeZone)
  const asked = choice('range', rangeNames, 'period')
  const resolved = resolveRange(asked, { from: read('from'), to: read('to') }, context, today)
  if (resolved.ignored !== null) ignored.push(resolved.ignored)
  const { rangeName, range } = resolved
  const before = read('before')
  if (before !== null && !isLocalDay(before)) ignored.push('The page of the table is not a day; this shows the newest days.')
  const people = Number(read('people') ?? peopleDefault)
  return {
    rangeName,
    range,
    previous: rangeName === 'all' ? null : comparableRange(range, context.firstDay),
    today,
    isMine: read('mine') === '1',
    metric: choice('metric', metrics, 'spend'),
    table: choice('table', tableNames, 'day'),
    // The empty key is a row's too: that of the usage without a project.
    open: readRaw('open')?.slice(0, 500) ?? null,
    peopleLimit: Number.isInteger(people) ? Math.min(Math.max(people, 1), peopleMax) : peopleDefault,
    before: before !== null && isLocalDay(before) ? before : null,
    ignored,
  }
}

/** Which row of a table is opened to its people. */
export type OpenedRow = { day: string } | { day: string; model: string } | { project: string; range: DayRange }

/** The row that a key in the address names, as `components/usage` writes it; null when it names none of this table and range. */
export function openedRow(key: string, { table, range }: Pick<UsageSelection, 'table' | 'range'>): OpenedRow | null {
  if (table === 'project') return { project: key, range }
  const day = key.slice(0, 10)
  if (!isLocalDay(day) || day < range.from || day > range.to) return null
  return table === 'day' ? { day } : { day, model: key.slice(11) }
}

/** The range of equal length that ends the day before. */
export function precedingRange({ from, to }: DayRange): DayRange {
  const length = daysBetween(from, to) + 1
  return { from: addDays(from, -length), to: addDays(from, -1) }
}

/** The preceding range, where there is usage from its beginning on: a change against days of which nothing is known would mean nothing. */
function comparableRange(range: DayRange, firstDay: string | null): DayRange | null {
  const previous = precedingRange(range)
  return firstDay !== null && firstDay <= previous.from ? previous : null
}

/**
 * The instant at which the preceding range is cut while the current one is still open: as long after the start of its last day as now is after the start
 * of today. Null when the range has ended, or when nothing precedes it.
 */
export function previousCut(selection: UsageSelection, context: { now: Date; timeZone: string }): Date | null {
  if (selection.previous === null || selection.range.to !== selection.today) return null
  const elapsedMs = context.now.getTime() - startOfLocalDay(selection.today, context.timeZone).getTime()
  return new Date(startOfLocalDay(selection.previous.to, context.timeZone).getTime() + elapsedMs)
}

/** The bucket size that a range is drawn with. */
export function grainOf({ from, to }: DayRange): 'day' | 'week' | 'month' {
  const days = daysBetween(from, to) + 1
  return days <= 62 ? 'day' : days <= 370 ? 'week' : 'month'
}

/** The address of a selection with some of it changed; what is as it would be anyway is left out. */
export function selectionQuery(
  selection: UsageSelection,
  patch: {
    range?: RangeName
    mine?: boolean
    metric?: Metric
    table?: TableName
    open?: string | null
    people?: number | null
    before?: string | null
  },
): string {
  const query = new URLSearchParams()
  const rangeName = patch.range ?? selection.rangeName
  if (rangeName !== 'period') query.set('range', rangeName)
  if (rangeName === 'custom') {
    query.set('from', selection.range.from)
    query.set('to', selection.range.to)
  }
  if (patch.mine ?? selection.isMine) query.set('mine', '1')
  const metric = patch.metric ?? selection.metric
  if (metric !== 'spend') query.set('metric', metric)
  const table = patch.table ?? selection.table
  if (table !== 'day') query.set('table', table)
  const before = patch.before === undefined ? selection.before : patch.before
  if (before !== null) query.set('before', before)
  const open = patch.open === undefined ? selection.open : patch.open
  if (open !== null) query.set('open', open)
  const people = patch.people === undefined ? selection.peopleLimit : (patch.people ?? peopleDefault)
  if (open !== null && people !== peopleDefault) query.set('people', String(people))
  const text = query.toString()
  return text === '' ? '' : `?${text}`
}

function resolveRange(
  asked: RangeName,
  custom: { from: string | null; to: string | null },
  context: SelectionContext,
  today: string,
): { rangeName: RangeName; range: DayRange; ignored: string | null } {
  const named = (rangeName: RangeName, from: string) => ({ rangeName, range: { from, to: today }, ignored: null })
  switch (asked) {
    case 'week':
      return named('week', addDays(today, -6))
    case 'month':
      return named('month', addDays(today, -29))
    case 'year':
      return named('year', addDays(today, -364))
    case 'all': {
      const first = context.firstDay ?? today
      return named('all', first < today ? first : today)
    }
    case 'custom': {
      const problem = customProblem(custom, today)
      if (problem !== null) return { ...named('period', periodStart(context)), ignored: problem }
      return { rangeName: 'custom', range: { from: custom.from ?? today, to: custom.to ?? today }, ignored: null }
    }
    case 'period':
      return named('period', periodStart(context))
  }
}

function customProblem({ from, to }: { from: string | null; to: string | null }, today: string): string | null {
  if (from === null || to === null) return 'A custom range needs a first and a last day; this shows the current billing period.'
  if (!isLocalDay(from) || !isLocalDay(to)) return 'Days are written like 2026-11-20; this shows the current billing period.'
  if (from > to) return 'The first day is after the last; this shows the current billing period.'
  if (to > today) return 'The last day is in the future; this shows the current billing period.'
  if (daysBetween(from, to) >= rangeDaysMax)
    return `A range has at most ${rangeDaysMax} days; this shows the current billing period.`
  return null
}

/** The current billing period as local days, up to today. */
export function currentPeriod(context: { now: Date; timeZone: string }): DayRange {
  return { from: periodStart(context), to: localDayAt(context.now, context.timeZone) }
}

/** The local day that contains the start of the current billing period: of the UTC calendar month, while there is no seat plan. */
function periodStart({ now, timeZone }: { now: Date; timeZone: string }): string {
  return localDayAt(new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1)), timeZone)
}
