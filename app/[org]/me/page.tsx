import type { Metadata } from 'next'
import { KeyList } from '@/components/members/key-list'
import { LinkButton } from '@/components/ui/button'
import type { UsageHref } from '@/components/usage/href'
import { UsageHeader } from '@/components/usage/usage-header'
import { UsageReportView } from '@/components/usage/usage-report'
import { readUsagePage, viewUsage } from '@/lib/dashboards/queries'
import { selectionQuery } from '@/lib/dashboards/selection'
import { requireScope } from '@/lib/http/page'
import { listOwnKeys } from '@/lib/members/queries'
import { queryText, routes } from '@/lib/routes'
import { createKeyAction, revokeKeyAction } from './actions'

export const metadata: Metadata = { title: 'My usage' }

type Properties = { params: Promise<{ org: string }>; searchParams: Promise<Record<string, string | string[] | undefined>> }

/** What oneself used, and the keys by which one's tools send it. */
export default async function MyUsagePage({ params, searchParams }: Properties) {
  const [{ org }, parameters] = await Promise.all([params, searchParams])
  const scope = await requireScope(org, 'me:read', routes.me(org, queryText(parameters)))
  const [{ selection, report }, keys] = await Promise.all([
    viewUsage(scope, true).then((view) => readUsagePage(view, parameters)),
    listOwnKeys(scope),
  ])
  const href: UsageHref = (patch) => routes.me(org, selectionQuery(selection, { ...patch, mine: false }))
  return (
    <>
      <UsageHeader
        title="My usage"
        mine={null}
        range={{ name: selection.rangeName, range: selection.range, today: selection.today, href }}
      >
        <LinkButton href={routes.connect(org)} icon="connect">
          Connect a tool
        </LinkButton>
      </UsageHeader>
      <UsageReportView report={report} selection={selection} href={href} connectHref={routes.connect(org)} now={scope.now} />
      <KeyList
        title="My keys"
        empty="A key lets a tool on your machine send what you use. Create one for each machine."
        keys={keys}
        create={createKeyAction.bind(null, org)}
        revoke={revokeKeyAction.bind(null, org)}
        now={scope.now}
        timeZone={scope.organization.timeZone}
      />
    </>
  )
}
