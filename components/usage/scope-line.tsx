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
    <p className="dotted -mt-2 mb-4 text-sm text-ink-3">
      <time dateTime={asOf.toISOString()} title={formatInstant(asOf, timeZone)}>
        {formatAsOf(asOf, { now, timeZone })}
      </time>
      {sources.length > 0 ? <span>{sources.map(sourceName).join(', ')}</span> : null}
      {compared ? <span>compared with {formatDayRange(compared, today)}</span> : null}
      {openHours > 0 ? (
        <span className="text-warn" title="Received, and counted within a minute.">
          <Icon name="clock" className="mr-1 inline-block size-3.5 align-[-2px]" />
          {formatCountOf(openHours, 'hour')} still open
        </span>
      ) : null}
    </p>
  )
}
