import type { ReactNode } from 'react'
import type { SeriesColor } from './series'

export type ShareBar = {
  key: string
  name: string
  /** The length of the bar, between 0 and 1. */
  share: number
  value: ReactNode
}

const tints: Record<SeriesColor, string> = {
  indigo: 'fill-tint-1',
  cyan: 'fill-tint-2',
  amber: 'fill-tint-3',
  emerald: 'fill-tint-4',
  rose: 'fill-tint-5',
  slate: 'fill-tint-6',
}

/** A ranked list whose bars lie behind their own labels. Drawn on the server; the bars add nothing that the figures don't say. */
export function ShareBars({ label, bars, color }: { label: string; bars: ShareBar[]; color: SeriesColor }) {
  return (
    <ol aria-label={label} className="space-y-1">
      {bars.map((bar) => (
        <li key={bar.key} className="relative flex h-7 items-center justify-between gap-3 px-2 max-sm:h-9">
          <svg aria-hidden="true" className="absolute inset-0 size-full">
            <rect
              width={`${(Math.min(Math.max(bar.share, 0), 1) * 100).toFixed(2)}%`}
              height="100%"
              rx="5"
              className={tints[color]}
            />
          </svg>
          <span className="relative min-w-0 truncate" title={bar.name}>
            {bar.name}
          </span>
          <span className="numeric relative text-ink-2">{bar.value}</span>
        </li>
      ))}
    </ol>
  )
}
