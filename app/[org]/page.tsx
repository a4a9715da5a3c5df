import type { Metadata } from 'next'
import { Fact, KeyFacts } from '@/components/members/key-facts'
import { MemberTable } from '@/components/members/member-table'
import { describeRoles } from '@/components/members/words'
import { LinkButton } from '@/components/ui/button'
import { Money } from '@/components/ui/figure'
import { formatCount, formatCountOf, formatDate } from '@/components/ui/format'
import { PageHeader } from '@/components/ui/page-header'
import { narrow } from '@/lib/access/scope'
import { countActivePeople, getFreshness, listMemberActivity, sumSpend } from '@/lib/dashboards/queries'
import { currentPeriod } from '@/lib/dashboards/selection'
import { requireScope } from '@/lib/http/page'
import { countMembersByRole, listMembers } from '@/lib/members/queries'
import { queryText, routes } from '@/lib/routes'
import { addDays } from '@/lib/time'

export const metadata: Metadata = { title: 'Organization' }

type Properties = { params: Promise<{ org: string }>; searchParams: Promise<Record<string, string | string[] | undefined>> }

/** Who is here, and what is worth knowing about the organization at a glance: the first screen after sign-in. */
export default async function OrganizationPage({ params, searchParams }: Properties) {
  const [{ org }, parameters] = await Promise.all([params, searchParams])
  const scope = await requireScope(org, 'org:read', routes.organization(org, queryText(parameters)))
  const { organization, now } = scope
  const period = currentPeriod({ now, timeZone: organization.timeZone })
  const readers = {
    members: narrow(scope, 'members:read'),
    usage: narrow(scope, 'usage:read'),
    people: narrow(scope, 'people:read'),
  }
  const me = narrow(scope, 'me:read')
  const after = cursorOf(parameters)
  const [roles, page, activeCount, spendNanos, freshness] = await Promise.all([
    readers.members ? countMembersByRole(readers.members) : null,
    readers.members ? listMembers(readers.members, after) : null,
    readers.usage ? countActivePeople(readers.usage, { from: addDays(period.to, -6), to: period.to }) : null,
    readers.usage ? sumSpend(readers.usage, period) : null,
    me ? getFreshness(me) : null,
  ])
  const members = page?.members ?? []
  const activity = readers.people
    ? await listMemberActivity(
        readers.people,
        members.map(({ userId }) => userId),
        period,
      )
    : null
  const total = roles ? roles.owner + roles.admin + roles.billing + roles.member : 0
  return (
    <>
      <PageHeader
        title={organization.name}
        description={`Created ${formatDate(organization.createdAt, organization.timeZone)} · ${organization.timeZone}`}
      >
        <LinkButton href={routes.connect(org)} icon="connect">
          Connect a tool
        </LinkButton>
        <LinkButton href={routes.usage(org)} variant="primary" icon="usage">
          Usage
        </LinkButton>
      </PageHeader>
      <KeyFacts>
        {roles ? (
          <Fact label="Members" value={formatCount(total)}>
            <span className="dotted">
              {describeRoles(roles).map((role) => (
                <span key={role}>{role}</span>
              ))}
            </span>
          </Fact>
        ) : null}
        {activeCount !== null ? (
          <Fact label="Active users" value={formatCount(activeCount)} suffix="last 7 days">
            with a successful request
          </Fact>
        ) : null}
        {spendNanos !== null ? (
          <Fact label="Spend this period" value={<Money nanos={spendNanos} />}>
            since {formatDate(new Date(`${period.from}T00:00:00Z`), 'UTC')}
          </Fact>
        ) : null}
        {freshness ? (
          <Fact label="Data collection" value={freshness.sources.length > 0 ? 'Receiving' : 'Waiting'}>
            {freshness.sources.length > 0
              ? `from ${formatCountOf(freshness.sources.length, 'tool')}; never a prompt or an answer`
              : 'for the first tool to send its usage'}
          </Fact>
        ) : null}
      </KeyFacts>
      <MemberTable
        members={members}
        total={total}
        activity={activity}
        now={now}
        timeZone={organization.timeZone}
        nextHref={page?.next ? routes.organization(org, queryText({ after: page.next.name, id: page.next.userId })) : null}
        firstHref={after ? routes.organization(org) : null}
      />
    </>
  )
}

/** Where a page of members begins; anything that is no cursor of ours is the first page. */
function cursorOf(parameters: Record<string, string | string[] | undefined>): { name: string; userId: string } | null {
  const { after, id } = parameters
  const isCursor = typeof after === 'string' && typeof id === 'string' && /^[0-9a-f-]{36}$/i.test(id) && !after.includes('\u0000')
  return isCursor ? { name: after, userId: id } : null
}
