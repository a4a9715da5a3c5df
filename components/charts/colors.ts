import type { SeriesColor } from './series'

/** The mark of a series in a legend or a list. */
export const dotClasses: Record<SeriesColor, string> = {
  indigo: 'bg-indigo-500',
  cyan: 'bg-cyan-500',
  amber: 'bg-amber-500',
  emerald: 'bg-emerald-500',
  rose: 'bg-rose-500',
  slate: 'bg-slate-500',
}
