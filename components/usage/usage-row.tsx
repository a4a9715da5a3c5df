import Link from 'next/link'
import type { ReactNode } from 'react'
import { classes } from '@/components/ui/classes'
import { formatCount, formatCountOf, formatDay, formatMoneyExact, formatMoney, formatTokens } from '@/components/ui/format'
import { Icon } from '@/components/ui/icon'
import { LinkPending } from '@/components/ui/link-pending'
import { Cell, Row } from '@/components/ui/table'
import { tooltipClasses } from '@/components/ui/tooltip'
import type { DayRow, PeopleReport, PersonRow } from '@/lib/dashboards/report'
import { inputTokens, type Measures, spendNanos, totalTokens } from '@/lib/usage/measures'
import type { UsageHref } from './href'

/** How a row is opened or closed; null when it can't be. */
export type Opening = { href: string; isOpen: boolean } | null

const morePeople = 50

/** A row of a usage table and, when it is open, the people in it. */
export function UsageRow({
  id,
  row,
  people,
  canOpen,
  columnCount,
  href,
  children,
}: {
  id: string
  row: { measures: Measures; users: number }
  people: PeopleReport | undefined
  canOpen: boolean
  /** How many columns stand before the figures. */
  columnCount: 1 | 2
  href: UsageHref
  children: (opening: Opening) => ReactNode
}) {
  const isOpen = people !== undefined
  return (
    <>
      <Row canOpen={canOpen}>
        {children(canOpen ? { href: href({ open: isOpen ? null : id, people: null }), isOpen } : null)}
        <FigureCells measures={row.measures} isRow />
        <Cell align="end" unit={row.users === 1 ? 'user' : 'users'}>
          {formatCount(row.users)}
        </Cell>
      </Row>
      {people?.people.map((person) => (
        <PersonLine key={person.id} person={person} columnCount={columnCount} />
      ))}
      {people && people.more > 0 ? (
        <Row isIndented>
          <Cell kind="lead" className="@2xl:col-span-full @2xl:pl-11">
            <Link
              href={href({ open: id, people: people.people.length + morePeople })}
              scroll={false}
              prefetch={false}
              className="text-accent-ink hover:underline"
            >
              and {formatCount(people.more)} more
            </Link>
          </Cell>
        </Row>
      ) : null}
    </>
  )
}

/** The day of a row. On a phone it names the row, unless something else does. */
export function DayCell({
  row,
  today,
  opening,
  isDetail = false,
}: {
  row: DayRow
  today: string
  opening: Opening
  isDetail?: boolean
}) {
  const day = (
    <>
      {formatDay(row.day, today)}
      {row.isOpen ? <span className="text-ink-3"> so far</span> : null}
    </>
  )
  if (isDetail) {
    return (
      <Cell className="whitespace-nowrap">
        <span className="@2xl:flex @2xl:items-center @2xl:gap-3">
          <Chevron opening={opening} className="@max-2xl:hidden" />
          <span>{day}</span>
        </span>
      </Cell>
    )
  }
  return (
    <Cell kind="lead">
      <Opener opening={opening}>{day}</Opener>
    </Cell>
  )
}

/** What a row is about: a model or a project. Behind a day, the day's cell holds the mark that says whether it is open. */
export function NameCell({ name, opening, isAfterDay = false }: { name: string; opening: Opening; isAfterDay?: boolean }) {
  return (
    <Cell kind="lead" className="wrap-anywhere">
      <Opener opening={opening} hidesChevron={isAfterDay}>
        {name}
      </Opener>
    </Cell>
  )
}

function Opener({ opening, hidesChevron = false, children }: { opening: Opening; hidesChevron?: boolean; children: ReactNode }) {
  if (opening === null) return children
  return (
    <Link
      href={opening.href}
      scroll={false}
      prefetch={false}
      aria-expanded={opening.isOpen}
      className="stretched flex items-start gap-3"
    >
      <Chevron opening={opening} className={classes('mt-0.5 @max-2xl:absolute @max-2xl:left-4', hidesChevron && '@2xl:hidden')} />
      <span>{children}</span>
      <LinkPending />
    </Link>
  )
}

function Chevron({ opening, className }: { opening: Opening; className: string }) {
  if (opening === null) return null
  return (
    <Icon
      name="chevron-right"
      className={classes('text-ink-3 transition-transform print:hidden', opening.isOpen && 'rotate-90', className)}
    />
  )
}

function PersonLine({ person, columnCount }: { person: PersonRow; columnCount: 1 | 2 }) {
  return (
    <Row isIndented>
      <Cell kind="lead" className={classes('wrap-anywhere @2xl:pl-11', columnCount === 2 && '@2xl:col-span-2')}>
        <span>{person.name}</span>{' '}
        {person.email ? (
          <span className="ml-1 text-ink-3 @max-2xl:ml-0 @max-2xl:block @max-2xl:text-xs">{person.email}</span>
        ) : null}
      </Cell>
      <FigureCells measures={person.measures} />
      <Cell />
    </Row>
  )
}

function FigureCells({ measures, isRow = false }: { measures: Measures; isRow?: boolean }) {
  const ink = isRow ? '' : '@2xl:text-ink-2'
  const spend = spendNanos(measures)
  const failed = measures.failedRequests > 0 ? `${formatCountOf(measures.failedRequests, 'failed request')} apart` : undefined
  const unpriced = measures.unpricedRequests > 0 ? `; ${formatCountOf(measures.unpricedRequests, 'request')} unpriced` : ''
  return (
    <>
      <Cell kind="main" align="end" className={classes(ink, isRow && '@max-2xl:font-medium')}>
        <span className="relative" title={formatMoneyExact(spend) + unpriced}>
          {measures.unpricedRequests > 0 && spend === 0n ? <Unpriced /> : formatMoney(spend)}
        </span>
      </Cell>
      <Cell align="end" unit={measures.requests === 1 ? 'request' : 'requests'} className={ink}>
        <span className="relative" title={failed}>
          {formatCount(measures.requests)}
        </span>
      </Cell>
      <Cell align="end" unit="tokens" className={ink}>
        <TokenSplit measures={measures} />
      </Cell>
    </>
  )
}

/** What costs something nobody knows is not free. */
function Unpriced() {
  return <span className="text-ink-3">unpriced</span>
}

/** Tokens, with their input and output beside the pointer, or whenever the row's link has the keyboard's focus. */
function TokenSplit({ measures }: { measures: Measures }) {
  return (
    <span className="group/tokens relative">
      {formatTokens(totalTokens(measures))}
      <span
        role="tooltip"
        className={classes(
          tooltipClasses,
          'right-0 group-hover/tokens:visible group-hover/tokens:opacity-100 group-has-[a:focus-visible]/row:visible group-has-[a:focus-visible]/row:opacity-100 @max-2xl:hidden',
        )}
      >
        <span className="numeric grid grid-cols-[auto_auto] gap-x-4 text-right">
          <span className="text-left">Input</span>
          {formatCount(inputTokens(measures))}
          <span className="pl-2 text-left opacity-75">from cache</span>
          <span className="opacity-75">{formatCount(measures.cacheReadTokens)}</span>
          <span className="text-left">Output</span>
          {formatCount(measures.outputTokens)}
        </span>
      </span>
    </span>
  )
}
