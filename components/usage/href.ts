import type { Metric, RangeName, TableName } from '@/lib/dashboards/report'

/** What a link on a usage page changes about the selection; everything else stays as it is. */
export type UsagePatch = {
  range?: RangeName
  /** Only the person who looks. */
  mine?: boolean
  /** The card that drives the chart. */
  metric?: Metric
  table?: TableName
  /** The row that is opened to its people, as `rowKey` names it; null closes it. */
  open?: string | null
  /** How many people an opened row lists. */
  people?: number | null
  /** Where an earlier page of the table begins; null for the first. */
  before?: string | null
}

/** The address of the page with a selection changed. Made by the page, from its own filter and `lib/routes`. */
export type UsageHref = (patch: UsagePatch) => string
