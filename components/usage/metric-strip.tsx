import Link from 'next/link'
import type { ReactNode } from 'react'
import { Sparkline } from '@/components/charts/sparkline'
import { cardClasses } from '@/components/ui/card'
import { classes } from '@/components/ui/classes'
import {
  absoluteChange,
  type Change,
  formatCount,
  formatCountOf,
  formatMoney,
  formatMoneyExact,
  formatTokens,
  relativeChange,
} from '@/components/ui/format'
import { Icon } from '@/components/ui/icon'
import { LinkPending } from '@/components/ui/link-pending'
import { type CardsReport, type Metric, metrics } from '@/lib/dashboards/report'
import { averageNanos, inputTokens, type Measures, spendNanos, totalTokens } from '@/lib/usage/measures'
import type { UsageHref } from './href'
import { metricNames } from './words'

/** What one card says. `exact` is its figure to the last digit. */
type Face = { value: string; exact: string; details: ReactNode[]; change: Change | null; isBetter: boolean }

/** The five cards in one strip. Each is a link that puts itself into the chart below. */
export function MetricStrip({ report, selected, href }: { report: CardsReport; selected: Metric; href: UsageHref }) {
  const faces = facesOf(report)
  return (
    <div className={classes(stripClasses, cardClasses)}>
      {metrics.map((metric) => (
        <MetricCard
          key={metric}
          metric={metric}
          face={faces[metric]}
          trend={report.trend[metric]}
          isSelected={metric === selected}
          href={href({ metric })}
        />
      ))}
    </div>
  )
}

/** Two columns on a phone, three beside a sidebar, all five where there is room; the first is the widest until then. */
const stripClasses =
  'grid grid-cols-2 gap-px overflow-hidden !bg-line *:first:col-span-2 md:grid-cols-3 xl:grid-cols-[1.5fr_repeat(4,1fr)] xl:*:first:col-span-1'

function MetricCard({
  metric,
  face,
  trend,
  isSelected,
  href,
}: {
  metric: Metric
  face: Face
  trend: number[]
  isSelected: boolean
  href: string
}) {
  return (
    <div className="relative flex min-w-0 flex-col bg-raised p-4 transition-colors has-[a:hover]:bg-canvas">
      {isSelected ? <span aria-hidden="true" className="absolute inset-x-0 top-0 h-0.5 bg-accent" /> : null}
      <h2 className="text-sm text-ink-2">
        <Link
          href={href}
          scroll={false}
          prefetch={false}
          aria-current={isSelected ? 'true' : undefined}
          className="stretched print:no-underline"
        >
          {metricNames[metric]}
          <LinkPending />
        </Link>
      </h2>
      <p className="numeric mt-0.5 truncate text-2xl font-semibold tracking-[-0.02em]">
        <span title={face.exact} className="relative">
          {face.value}
        </span>
      </p>
      <p className="dotted mb-2 text-xs text-ink-3">
        {face.details.map((detail, index) => (
          <span key={index} className="sm:whitespace-nowrap">
            {detail}
          </span>
        ))}
      </p>
      <div className="mt-auto flex items-end justify-between gap-3">
        <ChangeMark change={face.change} isBetter={face.isBetter} />
        <Sparkline values={trend} className="h-7 w-24 min-w-0 shrink" />
      </div>
    </div>
  )
}

/** The change against the preceding range. The arrow and the sign say it; the color only repeats it. */
function ChangeMark({ change, isBetter }: { change: Change | null; isBetter: boolean }) {
  if (change === null) {
    return (
      <span className="text-ink-3">
        <span aria-hidden="true">—</span>
        <span className="sr-only">Nothing to compare with</span>
      </span>
    )
  }
  return (
    <span
      className={classes(
        'numeric inline-flex items-center gap-1 text-sm whitespace-nowrap',
        isBetter ? 'text-good' : 'text-ink-2',
      )}
    >
      <Icon
        name={change.direction === 'up' ? 'arrow-up' : change.direction === 'down' ? 'arrow-down' : 'arrow-flat'}
        className="size-3.5"
      />
      {change.text}
      <span className="sr-only"> against the preceding range</span>
    </span>
  )
}

function facesOf({ totals, users, previous }: CardsReport): Record<Metric, Face> {
  const before = previous?.totals
  const average = averageNanos(totals)
  const averageBefore = before ? averageNanos(before) : null
  const averageChange = average !== null && averageBefore !== null ? relativeChange(average, averageBefore) : null
  return {
    spend: {
      value: formatMoney(spendNanos(totals)),
      exact: formatMoneyExact(spendNanos(totals)),
      details: spendDetails(totals),
      change: before ? relativeChange(spendNanos(totals), spendNanos(before)) : null,
      isBetter: false,
    },
    requests: {
      value: formatCount(totals.requests),
      exact: formatCountOf(totals.requests, 'successful request'),
      details: [totals.failedRequests > 0 ? `plus ${formatCount(totals.failedRequests)} failed` : 'none failed'],
      change: before ? relativeChange(BigInt(totals.requests), BigInt(before.requests)) : null,
      isBetter: false,
    },
    average: {
      value: average === null ? '—' : formatMoney(average),
      exact: average === null ? 'No request in this range has a price' : formatMoneyExact(average),
      details: [`over ${formatCountOf(totals.pricedRequests, 'priced request')}`],
      change: averageChange,
      isBetter: averageChange?.direction === 'down',
    },
    tokens: {
      value: formatTokens(totalTokens(totals)),
      exact: formatCountOf(totalTokens(totals), 'token'),
      details: [
        <span key="in" title={inputTitle(totals)} className="relative">{`${formatTokens(inputTokens(totals))} input`}</span>,
        <span
          key="out"
          title={formatCount(totals.outputTokens)}
          className="relative"
        >{`${formatTokens(totals.outputTokens)} output`}</span>,
      ],
      change: before ? relativeChange(BigInt(totalTokens(totals)), BigInt(totalTokens(before))) : null,
      isBetter: false,
    },
    users: {
      value: formatCount(users),
      exact: formatCountOf(users, 'person', 'people'),
      details: ['with a successful request'],
      change: previous ? absoluteChange(users, previous.users) : null,
      isBetter: false,
    },
  }
}

function spendDetails({ meteredNanos, estimatedNanos, unpricedRequests }: Measures): ReactNode[] {
  const details: ReactNode[] = []
  if (meteredNanos !== 0n || estimatedNanos === 0n) details.push(<Amount key="metered" nanos={meteredNanos} word="metered" />)
  if (estimatedNanos !== 0n) details.push(<Amount key="estimated" nanos={estimatedNanos} word="estimated" />)
  if (unpricedRequests > 0) {
    details.push(
      <span key="unpriced" className="relative text-warn" title="Their models have no known price, so they are not in the total.">
        {formatCountOf(unpricedRequests, 'request')} unpriced
      </span>,
    )
  }
  return details
}

function Amount({ nanos, word }: { nanos: bigint; word: string }) {
  return <span title={formatMoneyExact(nanos)} className="numeric relative">{`${formatMoney(nanos)} ${word}`}</span>
}

function inputTitle(measures: Measures): string {
  const { uncachedTokens, cacheReadTokens, cacheWriteTokens } = measures
  return `${formatCount(inputTokens(measures))}: ${formatCount(uncachedTokens)} uncached, ${formatCount(cacheReadTokens)} read from and ${formatCount(cacheWriteTokens)} written to a cache`
}
