import { addDays, startOfMonth, startOfWeek } from '@/lib/time'
import { averageNanos, spendNanos, totalTokens } from '@/lib/usage/measures'
import type { Measures } from '@/lib/usage/measures'
import type { DayRange, Metric } from './report'

/** The size of a bucket. */
export type Grain = 'day' | 'week' | 'month'

/** The first day of each bucket of a range; the first bucket begins with the range where that is inside a week or month. */
export function bucketsOf(range: DayRange, grain: Grain): string[] {
  const buckets: string[] = []
  for (let day = range.from; day <= range.to; day = nextBucket(day, grain)) buckets.push(day)
  return buckets
}

function nextBucket(day: string, grain: Grain): string {
  switch (grain) {
    case 'day':
      return addDays(day, 1)
    case 'week':
      return addDays(startOfWeek(day), 7)
    case 'month':
      return startOfMonth(addDays(startOfMonth(day), 31))
  }
}

/** A number per bucket and metric, for drawing only; money in nano-dollars. */
export function trendOf(buckets: readonly { measures: Measures; users: number }[]): Record<Metric, number[]> {
  return {
    spend: buckets.map(({ measures }) => Number(spendNanos(measures))),
    requests: buckets.map(({ measures }) => measures.requests),
    average: buckets.map(({ measures }) => Number(averageNanos(measures) ?? 0n)),
    tokens: buckets.map(({ measures }) => totalTokens(measures)),
    users: buckets.map(({ users }) => users),
  }
}

/** The largest series by their total, each with a value per bucket; the rest summed as *Other*, last. */
export function chartSeries(
  rows: readonly { model: string | null; bucket: string; value: number }[],
  buckets: readonly string[],
  seriesMax: number,
): { name: string; values: number[] }[] {
  const positions = new Map(buckets.map((bucket, index) => [bucket, index]))
  const byModel = new Map<string, { name: string; values: number[]; total: number }>()
  for (const { model, bucket, value } of rows) {
    const name = model ?? 'Unknown model'
    const series = byModel.get(name) ?? { name, values: buckets.map(() => 0), total: 0 }
    const position = positions.get(bucket)
    if (position === undefined) continue
    series.values[position] = (series.values[position] ?? 0) + value
    series.total += value
    byModel.set(name, series)
  }
  const sorted = [...byModel.values()].sort((a, b) => b.total - a.total || (a.name < b.name ? -1 : 1))
  const kept = sorted.length > seriesMax ? sorted.slice(0, seriesMax - 1) : sorted
  const rest = sorted.slice(kept.length)
  const series = kept.map(({ name, values }) => ({ name, values }))
  if (rest.length === 0) return series
  return [
    ...series,
    { name: 'Other', values: buckets.map((_, index) => rest.reduce((sum, { values }) => sum + (values[index] ?? 0), 0)) },
  ]
}
