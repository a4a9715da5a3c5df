import { formatAsOf, formatCountOf, formatDayRange, formatInstant } from '@/components/ui/format'
import { Icon } from '@/components/ui/icon'
import type { DayRange, Freshness } from '@/lib/dashboards/report'
import { sourceName } from './words'

/** When the numbers are from, what they are compared with, what isn't counted yet, and which tools they come from. */
export function ScopeLine({
  freshness,
  compared,
  now,
  today,
}: {
  freshness: Freshness
  compared: DayRange | null
  now: Date
  today: string
}) {
  const { asOf, openHours, timeZone, sources } = freshness
  return (
    <p className="-mt-2 mb-4 flex flex-wrap items-center gap-x-1.5 text-sm text-ink-3">
      <time dateTime={asOf.toISOString()} title={formatInstant(asOf, timeZone)}>
        {formatAsOf(asOf, { now, timeZone })}
      </time>
      {sources.length > 0 ? <Part>{sources.map(sourceName).join(', ')}</Part> : null}
      {compared ? <Part>compared with {formatDayRange(compared, today)}</Part> : null}
      {openHours > 0 ? (
        <Part>
          <span className="inline-flex items-center gap-1 text-warn" title="Received, and counted within a minute.">
            <Icon name="clock" className="size-3.5" />
            {formatCountOf(openHours, 'hour')} still open
          </span>
        </Part>
      ) : null}
    </p>
  )
}

function Part({ children }: { children: React.ReactNode }) {
  return (
    <>
      <span aria-hidden="true">·</span>
      <span>{children}</span>
    </>
  )
}
