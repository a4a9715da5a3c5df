import type { ReactNode } from 'react'
import { buttonClasses } from '@/components/ui/button'
import { Card } from '@/components/ui/card'
import { Tabs } from '@/components/ui/segmented-control'
import { type Column, Table } from '@/components/ui/table'
import { type PeopleReport, type TableName, tableNames, type UsageRows } from '@/lib/dashboards/report'
import Link from 'next/link'
import type { UsageHref } from './href'
import { rowKey } from './row-key'
import { DayCell, NameCell, UsageRow } from './usage-row'

const tabs: Record<TableName, string> = { day: 'By day', model: 'By model and day', project: 'By project' }

const grids: Record<TableName, string> = {
  day: '@2xl:grid-cols-[minmax(0,1fr)_repeat(4,minmax(5.5rem,auto))]',
  model: '@2xl:grid-cols-[auto_minmax(0,1fr)_repeat(4,minmax(5.5rem,auto))]',
  project: '@2xl:grid-cols-[minmax(0,1fr)_repeat(4,minmax(5.5rem,auto))]',
}

const figures: Column[] = [
  { label: 'Cost', align: 'end' },
  { label: 'Requests', align: 'end' },
  { label: 'Tokens', align: 'end' },
  { label: 'Users', align: 'end' },
]

const columns: Record<TableName, Column[]> = {
  day: [{ label: 'Date' }, ...figures],
  model: [{ label: 'Date' }, { label: 'Model' }, ...figures],
  project: [{ label: 'Project' }, ...figures],
}

/**
 * The same selection three ways, one at a time. A row opens to the people in it by a link, so that an opened row can be sent
 * to someone; in a view of one person there is nobody to open it to.
 */
export function UsageTables({
  data,
  opened,
  canOpen,
  today,
  href,
  olderHref = null,
  newerHref = null,
  empty,
}: {
  data: UsageRows
  /** The people of the rows that are open, by `rowKey`. */
  opened: ReadonlyMap<string, PeopleReport>
  canOpen: boolean
  today: string
  href: UsageHref
  olderHref?: string | null
  newerHref?: string | null
  /** What stands in place of a table without rows. */
  empty: ReactNode
}) {
  const shared = { opened, canOpen, href }
  return (
    <Card className="mt-4" label="Usage in detail">
      <Tabs
        label="Tables"
        choices={tableNames.map((table) => ({
          label: tabs[table],
          href: href({ table, open: null, before: null, people: null }),
          isCurrent: table === data.table,
        }))}
      />
      {data.rows.length === 0 ? (
        <div className="border-t">{empty}</div>
      ) : (
        <div className="border-t">
          <Table label={tabs[data.table]} columns={columns[data.table]} grid={grids[data.table]}>
            {rowsOf(data, today, shared)}
          </Table>
        </div>
      )}
      {olderHref || newerHref ? (
        <nav aria-label="Days of the table" className="flex justify-center gap-2 border-t p-2 print:hidden">
          {newerHref ? <PageLink href={newerHref}>Show newest days</PageLink> : null}
          {olderHref ? <PageLink href={olderHref}>Show older days</PageLink> : null}
        </nav>
      ) : null}
    </Card>
  )
}

function rowsOf(
  data: UsageRows,
  today: string,
  shared: { opened: ReadonlyMap<string, PeopleReport>; canOpen: boolean; href: UsageHref },
): ReactNode[] {
  switch (data.table) {
    case 'day':
      return data.rows.map((row) => {
        const id = rowKey(row)
        return (
          <UsageRow key={id} id={id} row={row} people={shared.opened.get(id)} columnCount={1} {...shared}>
            {(opening) => <DayCell row={row} today={today} opening={opening} />}
          </UsageRow>
        )
      })
    case 'model':
      return data.rows.map((row) => {
        const id = rowKey(row)
        return (
          <UsageRow key={id} id={id} row={row} people={shared.opened.get(id)} columnCount={2} {...shared}>
            {(opening) => (
              <>
                <DayCell row={row} today={today} opening={opening} isDetail />
                <NameCell name={row.model} opening={opening} isAfterDay />
              </>
            )}
          </UsageRow>
        )
      })
    case 'project':
      return data.rows.map((row) => {
        const id = rowKey(row)
        return (
          <UsageRow key={id} id={id} row={row} people={shared.opened.get(id)} columnCount={1} {...shared}>
            {(opening) => <NameCell name={row.project === '' ? 'No project' : row.project} opening={opening} />}
          </UsageRow>
        )
      })
  }
}

function PageLink({ href, children }: { href: string; children: string }) {
  return (
    <Link href={href} scroll={false} prefetch={false} className={buttonClasses('quiet')}>
      {children}
    </Link>
  )
}
