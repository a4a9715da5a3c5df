import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addDays, daysBetween } from '@/lib/time'
import { noMeasures } from '@/lib/usage/measures'
import { bucketsOf, chartSeries, trendOf } from './buckets'

const numRuns = process.env['PROVE'] ? 5_000 : 200
const range = fc
  .tuple(fc.integer({ min: 0, max: 4_000 }), fc.integer({ min: 0, max: 800 }))
  .map(([start, length]) => ({ from: addDays('2018-01-01', start), to: addDays('2018-01-01', start + length) }))

const isMonday = (day: string) => new Date(`${day}T00:00:00Z`).getUTCDay() === 1

describe('buckets', () => {
  it('begin with the range, and each next one on the first, on a Monday, or on the next day', () => {
    fc.assert(
      fc.property(range, ({ from, to }) => {
        for (const grain of ['day', 'week', 'month'] as const) {
          const [first, ...next] = bucketsOf({ from, to }, grain)
          expect(first).toBe(from)
          expect(next.filter((start) => start <= from || start > to)).toEqual([])
          if (grain === 'month') expect(next.filter((start) => !start.endsWith('-01'))).toEqual([])
          if (grain === 'week') expect(next.filter((start) => !isMonday(start))).toEqual([])
        }
        expect(bucketsOf({ from, to }, 'day')).toHaveLength(daysBetween(from, to) + 1)
      }),
      { numRuns },
    )
  })

  it('leave no week or month out', () => {
    fc.assert(
      fc.property(range, (each) => {
        const days = bucketsOf(each, 'day')
        expect(bucketsOf(each, 'month')).toEqual(days.filter((day) => day === each.from || day.endsWith('-01')))
        expect(bucketsOf(each, 'week')).toEqual(days.filter((day) => day === each.from || isMonday(day)))
      }),
      { numRuns },
    )
  })
})

describe('chart series', () => {
  it('lose nothing to “Other”, keep the largest, and never exceed their number', () => {
    const buckets = ['2026-11-18', '2026-11-19', '2026-11-20']
    const rows = fc.array(
      fc.record({
        model: fc.option(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h')),
        bucket: fc.constantFrom(...buckets),
        value: fc.integer({ min: 0, max: 1_000_000 }),
      }),
      { maxLength: 40 },
    )
    fc.assert(
      fc.property(rows, fc.integer({ min: 2, max: 6 }), (all, seriesMax) => {
        const series = chartSeries(all, buckets, seriesMax)
        expect(series.length).toBeLessThanOrEqual(seriesMax)
        buckets.forEach((bucket, index) => {
          const whole = all.filter((row) => row.bucket === bucket).reduce((sum, { value }) => sum + value, 0)
          expect(series.reduce((sum, { values }) => sum + (values[index] ?? Number.NaN), 0)).toBe(whole)
        })
        const totals = series
          .filter(({ name }) => name !== 'Other')
          .map(({ values }) => values.reduce((sum, value) => sum + value, 0))
        expect(totals).toEqual([...totals].sort((a, b) => b - a))
        expect(series.findIndex(({ name }) => name === 'Other')).toBe(
          new Set(all.map(({ model }) => model)).size > seriesMax ? seriesMax - 1 : -1,
        )
      }),
      { numRuns },
    )
  })
})

describe('a trend', () => {
  it('has a value per bucket and metric, and 0 where there is no average', () => {
    const busy = {
      ...noMeasures,
      requests: 4,
      pricedRequests: 2,
      pricedNanos: 3_000_000_000n,
      meteredNanos: 4_000_000_000n,
      outputTokens: 7,
    }
    expect(
      trendOf([
        { measures: noMeasures, users: 0 },
        { measures: busy, users: 2 },
      ]),
    ).toEqual({
      spend: [0, 4_000_000_000],
      requests: [0, 4],
      average: [0, 1_500_000_000],
      tokens: [0, 7],
      users: [0, 2],
    })
  })
})
