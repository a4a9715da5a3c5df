'use client'

import { dotClasses } from './colors'
import { type ChartData, formatValue, type SeriesColor, totalOf } from './series'

/** What a bucket holds, beside the pointer: its name, its total, and every series in it. */
export function ChartTooltip({
  data,
  colors,
  active,
  payload,
}: {
  data: ChartData
  colors: SeriesColor[]
  active: boolean | undefined
  payload: { payload?: { bucket?: number } }[] | undefined
}) {
  const index = payload?.[0]?.payload?.bucket
  const bucket = index === undefined ? undefined : data.buckets[index]
  if (!active || index === undefined || bucket === undefined) return null
  const hasTotal = data.isStacked && data.series.length > 1
  return (
    <div className="min-w-44 rounded-lg bg-raised text-sm shadow-popover ring-1 ring-line">
      <p className="flex items-baseline justify-between gap-6 border-b px-3 py-2">
        <span className="text-ink-2">
          {bucket.longLabel}
          {bucket.isOpen ? <span className="text-ink-3"> so far</span> : null}
        </span>
        {hasTotal ? <span className="numeric font-semibold">{formatValue(totalOf(data.series, index), data.unit)}</span> : null}
      </p>
      <ul className="px-3 py-1.5">
        {data.series.map((series, place) => (
          <li key={series.name} className="flex items-center gap-2 py-0.5">
            <span className={`size-2 shrink-0 rounded-full ${dotClasses[colors[place] ?? 'slate']}`} />
            <span className="min-w-0 flex-1 truncate text-ink-2">{series.name}</span>
            <span className="numeric pl-4">{formatValue(series.values[index] ?? 0, data.unit)}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}
