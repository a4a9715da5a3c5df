import type { Measures } from '@/lib/usage/measures'

/** The five cards of the usage page, in their order. */
export const metrics = ['spend', 'requests', 'average', 'tokens', 'users'] as const
export type Metric = (typeof metrics)[number]

/** The named ranges, in the order in which they are offered. */
export const rangeNames = ['period', 'week', 'month', 'year', 'all', 'custom'] as const
export type RangeName = (typeof rangeNames)[number]

/** The tables of the usage page, in their order. */
export const tableNames = ['day', 'model', 'project'] as const
export type TableName = (typeof tableNames)[number]

/** Whole local days, both included, as `YYYY-MM-DD` in the organization's time zone. */
export type DayRange = { from: string; to: string }

/**
 * What the cards say: totals of the selection, distinct people, and the same for the preceding range of equal length (null
 * when there is none, as for *all*). `trend` holds one value per bucket for the sparkline, as numbers for drawing only.
 */
export type CardsReport = {
  totals: Measures
  users: number
  previous: { range: DayRange; totals: Measures; users: number } | null
  trend: Record<Metric, number[]>
}

/** What the chart draws for the chosen card: a value per bucket and series, as numbers for drawing only; money in nano-dollars. */
export type ChartReport = {
  metric: Metric
  grain: 'day' | 'week' | 'month'
  /** The first local day of each bucket; the last one may still be open. */
  buckets: { start: string; isOpen: boolean }[]
  /** Stacked series for additive metrics (largest first, the rest as "Other"); one line series otherwise. */
  series: { name: string; values: number[] }[]
  isStacked: boolean
}

export type DayRow = { day: string; isOpen: boolean; measures: Measures; users: number }
export type ModelDayRow = DayRow & { model: string }
export type ProjectRow = { project: string; measures: Measures; users: number }

/** One person's share of an opened row. `email` is null for what maps to nobody (*Unattributed*) and for a removed person. */
export type PersonRow = { id: string; name: string; email: string | null; measures: Measures }

/** A page of people in an opened row. `more` counts those who are not listed. */
export type PeopleReport = { people: PersonRow[]; more: number }

/** One share-bar list: the largest rows by spend, and what the rest come to. */
export type BreakdownReport = {
  rows: { name: string; spendNanos: bigint }[]
  more: { count: number; spendNanos: bigint } | null
}

/** How fresh the numbers are and what is in scope; printed on every usage page. */
export type Freshness = {
  /** The instant up to which everything received is counted. */
  asOf: Date
  /** UTC hours that are received but not counted yet. */
  openHours: number
  timeZone: string
  /** Which tools have sent what the selection holds, such as `claude-code`. */
  sources: string[]
}

/** The rows of the table that a page shows. */
export type UsageRows =
  { table: 'day'; rows: DayRow[] } | { table: 'model'; rows: ModelDayRow[] } | { table: 'project'; rows: ProjectRow[] }

/** A whole usage page on one selection; `body` is null while nothing was ever received. */
export type UsageReport = {
  freshness: Freshness
  body: {
    cards: CardsReport
    chart: ChartReport
    /** Null for whoever may not see people, and in a view of one person. */
    people: BreakdownReport | null
    projects: BreakdownReport
    models: BreakdownReport
    table: UsageRows
    /** Where the next, older page of the table begins. */
    older: string | null
    canOpen: boolean
    /** The people of the opened row, by the row's key. */
    opened: ReadonlyMap<string, PeopleReport>
  } | null
}
