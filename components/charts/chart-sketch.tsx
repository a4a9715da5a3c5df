import { classes } from '@/components/ui/classes'
import { outlineOf, stackOf } from './sketch'
import type { ChartCanvasProps, SeriesColor } from './series'

const fills: Record<SeriesColor, string> = {
  indigo: 'fill-indigo-500',
  cyan: 'fill-cyan-500',
  amber: 'fill-amber-500',
  emerald: 'fill-emerald-500',
  rose: 'fill-rose-500',
  slate: 'fill-slate-500',
}

const strokes: Record<SeriesColor, string> = {
  indigo: 'stroke-indigo-500',
  cyan: 'stroke-cyan-500',
  amber: 'stroke-amber-500',
  emerald: 'stroke-emerald-500',
  rose: 'stroke-rose-500',
  slate: 'stroke-slate-500',
}

/** The shapes of a chart without its axes: what is there before the chart library is, and all there is without a script. */
export function ChartSketch({ data, colors }: ChartCanvasProps) {
  const count = data.buckets.length
  return (
    <svg
      viewBox={`0 0 ${Math.max(count, 1) * 10} 100`}
      preserveAspectRatio="none"
      className="size-full pt-1.5 pr-3 pb-7.5 pl-16"
      aria-hidden="true"
    >
      {data.isStacked
        ? stackOf(data.series, count).map(({ place, bucket, from, to }) => (
            <rect
              key={`${place}-${bucket}`}
              x={bucket * 10 + 2}
              width="6"
              y={100 - to}
              height={to - from}
              opacity={data.buckets[bucket]?.isOpen ? 0.42 : 1}
              className={fills[colors[place] ?? 'slate']}
            />
          ))
        : data.series.map((series, place) => (
            <path
              key={series.name}
              d={outlineOf(series.values, data.series)}
              fill="none"
              strokeWidth="2"
              vectorEffect="non-scaling-stroke"
              className={classes('stroke-2', strokes[colors[place] ?? 'slate'])}
            />
          ))}
    </svg>
  )
}
