import Link from 'next/link'
import { Avatar } from '@/components/ui/avatar'
import { Badge } from '@/components/ui/badge'
import { buttonClasses } from '@/components/ui/button'
import { Card, CardHeader } from '@/components/ui/card'
import { Money } from '@/components/ui/figure'
import { formatCount, formatDate, formatInstant, formatLongDay, formatRelative, formatRelativeDay } from '@/components/ui/format'
import { Cell, Row, Table } from '@/components/ui/table'
import type { Role } from '@/db/enums'
import { localDayAt } from '@/lib/time'
import { roleNames } from './words'

/** A member as the list shows them. */
export type MemberRow = {
  userId: string
  name: string
  email: string
  role: Role
  joinedAt: Date
  lastSignInAt: Date | null
}

/** What a member did: only for those who may see people. Without an entry, a member has never used anything. */
export type MemberActivity = ReadonlyMap<string, { spendNanos: bigint; lastDay: string | null }>

/** Everyone in the organization. `activity` is null for viewers who may not see what people do. */
export function MemberTable({
  members,
  total,
  activity,
  now,
  timeZone,
  nextHref = null,
  firstHref = null,
}: {
  members: MemberRow[]
  total: number
  activity: MemberActivity | null
  now: Date
  timeZone: string
  nextHref?: string | null
  firstHref?: string | null
}) {
  return (
    <Card className="mt-4">
      <CardHeader title="Members" detail={formatCount(total)} />
      <Table
        label="Members"
        grid={
          activity
            ? '@2xl:grid-cols-[minmax(0,1fr)_repeat(3,auto)_minmax(8rem,auto)]'
            : '@2xl:grid-cols-[minmax(0,1fr)_minmax(8rem,auto)_minmax(8rem,auto)]'
        }
        columns={[
          { label: 'Name' },
          { label: 'Role' },
          { label: 'Joined' },
          ...(activity ? [{ label: 'Last active' }, { label: 'Spend this period', align: 'end' as const }] : []),
        ]}
      >
        {members.map((member) => (
          <Row key={member.userId} hasAvatar>
            <Cell kind="lead">
              <span className="flex items-center gap-3 @2xl:-my-1.5">
                <span className="@max-2xl:absolute @max-2xl:top-3 @max-2xl:left-4">
                  <Avatar name={member.name} />
                </span>
                <span className="min-w-0">
                  <span className="block font-medium @2xl:truncate @max-2xl:wrap-anywhere">{member.name}</span>
                  <span className="block text-ink-3 @2xl:truncate @max-2xl:text-xs @max-2xl:wrap-anywhere">{member.email}</span>
                </span>
              </span>
            </Cell>
            <Cell>
              <span className="@2xl:hidden">{roleNames[member.role]}</span>
              <span className="@max-2xl:hidden">
                <Badge tone={member.role === 'owner' ? 'accent' : 'neutral'}>{roleNames[member.role]}</Badge>
              </span>
            </Cell>
            <Cell className="whitespace-nowrap @2xl:text-ink-2">
              <span className="@2xl:hidden">joined </span>
              {formatDate(member.joinedAt, timeZone)}
            </Cell>
            {activity ? <ActivityCells member={member} activity={activity} now={now} timeZone={timeZone} /> : null}
          </Row>
        ))}
      </Table>
      {nextHref || firstHref ? (
        <nav aria-label="Pages of members" className="flex justify-center gap-2 border-t p-2 print:hidden">
          {firstHref ? (
            <Link href={firstHref} scroll={false} prefetch={false} className={buttonClasses('quiet')}>
              Show first members
            </Link>
          ) : null}
          {nextHref ? (
            <Link href={nextHref} scroll={false} prefetch={false} className={buttonClasses('quiet')}>
              Show more members
            </Link>
          ) : null}
        </nav>
      ) : null}
    </Card>
  )
}

function ActivityCells({
  member,
  activity,
  now,
  timeZone,
}: {
  member: MemberRow
  activity: MemberActivity
  now: Date
  timeZone: string
}) {
  const own = activity.get(member.userId)
  return (
    <>
      <Cell className="whitespace-nowrap @2xl:text-ink-2">
        <LastActivity signInAt={member.lastSignInAt} usageDay={own?.lastDay ?? null} now={now} timeZone={timeZone} />
      </Cell>
      <Cell kind="main" align="end">
        <Money nanos={own?.spendNanos ?? 0n} />
      </Cell>
    </>
  )
}

/** The newest of a sign-in and a day with usage. A day is all that is kept of usage, so it is shown as one. */
function LastActivity({
  signInAt,
  usageDay,
  now,
  timeZone,
}: {
  signInAt: Date | null
  usageDay: string | null
  now: Date
  timeZone: string
}) {
  if (signInAt !== null && (usageDay === null || localDayAt(signInAt, timeZone) >= usageDay)) {
    return (
      <time dateTime={signInAt.toISOString()} title={formatInstant(signInAt, timeZone)} className={capitalized}>
        <ActiveWord />
        {formatRelative(signInAt, { now, timeZone })}
      </time>
    )
  }
  if (usageDay !== null) {
    return (
      <time dateTime={usageDay} title={formatLongDay(usageDay)} className={capitalized}>
        <ActiveWord />
        {formatRelativeDay(usageDay, localDayAt(now, timeZone))}
      </time>
    )
  }
  return (
    <span className="text-warn @max-2xl:lowercase">
      Never<span className="@2xl:hidden"> active</span>
    </span>
  )
}

/** In a column of its own a time begins like a sentence; in the line of a phone it is in the middle of one. */
const capitalized = 'inline-block @2xl:first-letter:uppercase'

function ActiveWord() {
  return <span className="@2xl:hidden">active </span>
}
