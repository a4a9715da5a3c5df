import { Cell, Row, Table } from '@/components/ui/table'
import { ChartCanvas } from './chart-canvas'
import { ChartTable } from './chart-table'
import { dotClasses } from './colors'
import { type ChartData, colorsOf, formatValue, shortName, summaryOf, totalOf } from './series'

/**
 * A chart with everything it says said in words, too: a sentence for a screen reader, and all its numbers as a table one key
 * away. The drawing comes after the numbers and takes no room that wasn't kept for it.
 */
export function Chart({ title, data }: { title: string; data: ChartData }) {
  const summary = summaryOf(data)
  return (
    <figure aria-label={title}>
      <figcaption className="sr-only">{summary ?? 'There is nothing to draw.'}</figcaption>
      <div className="h-64 px-1 max-sm:h-52" aria-hidden="true">
        {summary === null ? (
          <div className="flex h-full items-center justify-center text-ink-3">Nothing to draw in this range</div>
        ) : (
          <ChartCanvas data={data} colors={colorsOf(data.series.map((series) => series.name))} />
        )}
      </div>
      <ChartTable>
        <DataTable title={title} data={data} />
      </ChartTable>
    </figure>
  )
}

/** The names of the series with their colors, for the header of the card that holds the chart. */
export function ChartLegend({ data }: { data: ChartData }) {
  const colors = colorsOf(data.series.map((series) => series.name))
  const open = data.buckets.at(-1)
  return (
    <ul className="contents text-sm text-ink-2">
      {data.series.length < 2
        ? null
        : data.series.map((series, place) => (
            <li key={series.name} className="flex min-w-0 items-center gap-1.5">
              <span aria-hidden="true" className={`size-2 shrink-0 rounded-full ${dotClasses[colors[place] ?? 'slate']}`} />
              <span className="truncate">{series.name}</span>
            </li>
          ))}
      {open?.isOpen ? (
        <li className="flex items-center gap-1.5 text-ink-3">
          <span aria-hidden="true" className="size-2 shrink-0 rounded-[2px] bg-ink-3/40" />
          {open.longLabel} so far
        </li>
      ) : null}
    </ul>
  )
}

/** By how many columns stand between the bucket and the total: a stylesheet can only hold classes that are written out. */
const grids = [
  '@2xl:grid-cols-[minmax(7rem,1fr)_auto]',
  '@2xl:grid-cols-[minmax(7rem,1fr)_repeat(2,auto)]',
  '@2xl:grid-cols-[minmax(7rem,1fr)_repeat(3,auto)]',
  '@2xl:grid-cols-[minmax(7rem,1fr)_repeat(4,auto)]',
  '@2xl:grid-cols-[minmax(7rem,1fr)_repeat(5,auto)]',
  '@2xl:grid-cols-[minmax(7rem,1fr)_repeat(6,auto)]',
]

/** Every number of the chart, newest first. */
function DataTable({ title, data }: { title: string; data: ChartData }) {
  const hasTotal = data.isStacked && data.series.length > 1
  const details = hasTotal ? data.series : []
  const rows = data.buckets.map((bucket, index) => ({ bucket, index })).reverse()
  return (
    <Table
      label={`${title}, as a table`}
      grid={grids[details.length] ?? '@2xl:grid-cols-[minmax(7rem,1fr)_repeat(7,auto)]'}
      columns={[
        { label: 'When' },
        ...details.map((series) => ({ label: shortName(series.name), align: 'end' as const })),
        { label: hasTotal ? 'Total' : (data.series[0]?.name ?? 'Total'), align: 'end' },
      ]}
    >
      {rows.map(({ bucket, index }) => (
        <Row key={index}>
          <Cell kind="lead">
            {bucket.longLabel}
            {bucket.isOpen ? <span className="ml-2 text-ink-3">so far</span> : null}
          </Cell>
          {details.map((series) => (
            <Cell key={series.name} align="end" unit={shortName(series.name)}>
              {formatValue(series.values[index] ?? 0, data.unit)}
            </Cell>
          ))}
          <Cell kind="main" align="end" className="font-medium">
            {formatValue(hasTotal ? totalOf(data.series, index) : (data.series[0]?.values[index] ?? 0), data.unit)}
          </Cell>
        </Row>
      ))}
    </Table>
  )
}
