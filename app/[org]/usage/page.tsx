import type { Metadata } from 'next'
import type { UsageHref } from '@/components/usage/href'
import { UsageHeader } from '@/components/usage/usage-header'
import { UsageReportView } from '@/components/usage/usage-report'
import { denial } from '@/lib/access/permissions'
import { narrow } from '@/lib/access/scope'
import { readUsagePage, viewUsage } from '@/lib/dashboards/queries'
import { selectionQuery } from '@/lib/dashboards/selection'
import { requireScope } from '@/lib/http/page'
import { queryText, routes } from '@/lib/routes'

export const metadata: Metadata = { title: 'Usage' }

type Properties = { params: Promise<{ org: string }>; searchParams: Promise<Record<string, string | string[] | undefined>> }

/** What the organization used, or oneself: everything on the page is one selection, and the selection is the address. */
export default async function UsagePage({ params, searchParams }: Properties) {
  const [{ org }, parameters] = await Promise.all([params, searchParams])
  const scope = await requireScope(org, 'me:read', routes.usage(org, queryText(parameters)))
  const view = await viewUsage(scope, [parameters['mine']].flat()[0] === '1')
  const { selection, report } = await readUsagePage(view, parameters)
  const href: UsageHref = (patch) => routes.usage(org, selectionQuery(selection, patch))
  const isMine = view.kind === 'mine'
  return (
    <>
      <UsageHeader
        title="Usage"
        mine={{
          isOn: isMine,
          href: href({ mine: !isMine, open: null, before: null }),
          disabledReason: narrow(scope, 'usage:read') ? null : denial('usage:read'),
        }}
        range={{ name: selection.rangeName, range: selection.range, today: selection.today, href }}
      />
      <UsageReportView report={report} selection={selection} href={href} connectHref={routes.connect(org)} now={scope.now} />
    </>
  )
}
