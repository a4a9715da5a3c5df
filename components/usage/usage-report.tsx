import { Card } from '@/components/ui/card'
import { Notice } from '@/components/ui/notice'
import type { UsageReport } from '@/lib/dashboards/report'
import type { UsageSelection } from '@/lib/dashboards/selection'
import { BreakdownCard, Breakdowns } from './breakdown-card'
import type { UsageHref } from './href'
import { MetricStrip } from './metric-strip'
import { ScopeLine } from './scope-line'
import { UsageChart } from './usage-chart'
import { NoProjects, NothingInRange, NoUsageYet } from './usage-empty'
import { UsageTables } from './usage-tables'

/** Everything below a usage page's header: one report on one selection. */
export function UsageReportView({
  report,
  selection,
  href,
  connectHref,
  now,
}: {
  report: UsageReport
  selection: UsageSelection
  href: UsageHref
  connectHref: string
  now: Date
}) {
  const { freshness, body } = report
  return (
    <>
      <ScopeLine freshness={freshness} compared={selection.previous} now={now} today={selection.today} />
      {selection.ignored.length > 0 ? (
        <div className="mb-4 space-y-2">
          {selection.ignored.map((sentence) => (
            <Notice key={sentence} tone="warn">
              {sentence}
            </Notice>
          ))}
        </div>
      ) : null}
      {body === null ? (
        <Card>
          <NoUsageYet connectHref={connectHref} />
        </Card>
      ) : (
        <>
          <MetricStrip report={body.cards} selected={selection.metric} href={href} />
          <UsageChart report={body.chart} today={selection.today} />
          <Breakdowns>
            {body.people ? <BreakdownCard title="People" report={body.people} /> : null}
            <BreakdownCard title="Projects" report={body.projects} />
            <BreakdownCard title="Models" report={body.models} />
          </Breakdowns>
          <UsageTables
            data={body.table}
            opened={body.opened}
            canOpen={body.canOpen}
            today={selection.today}
            href={href}
            olderHref={body.older ? href({ before: body.older, open: null }) : null}
            newerHref={selection.before ? href({ before: null, open: null }) : null}
            empty={
              selection.table === 'project' && body.cards.totals.requests > 0 ? (
                <NoProjects connectHref={connectHref} />
              ) : (
                <NothingInRange allHref={href({ range: 'all', before: null, open: null })} />
              )
            }
          />
        </>
      )}
    </>
  )
}
