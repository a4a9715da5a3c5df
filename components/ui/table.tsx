import type { ReactNode } from 'react'
import { classes } from './classes'

/*
 * Tables that become rows which read as sentences on a phone: the name and the main figure in one line, everything else as one
 * quiet line below. They are laid out as a grid (a row can then hold a link that covers it, in every browser), and a table that
 * is laid out as anything else loses its roles: so they are written out.
 */

export type Column = { label: string; align?: 'start' | 'end' }

/** A table with its columns named. `label` says what it holds; `grid` is the class with the widths of its columns. */
export function Table({ label, columns, grid, children }: { label: string; columns: Column[]; grid: string; children: ReactNode }) {
  return (
    <table role="table" aria-label={label} className={classes('block w-full text-sm sm:grid', grid)}>
      <thead role="rowgroup" className="max-sm:sr-only sm:col-span-full sm:grid sm:grid-cols-subgrid">
        <tr role="row" className="sm:col-span-full sm:grid sm:grid-cols-subgrid">
          {columns.map((column) => (
            <th
              key={column.label}
              role="columnheader"
              scope="col"
              className={classes(
                'px-4 py-2 font-normal whitespace-nowrap text-ink-3',
                column.align === 'end' ? 'text-right' : 'text-left',
              )}
            >
              {column.label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup" className="block sm:col-span-full sm:grid sm:grid-cols-subgrid">
        {children}
      </tbody>
    </table>
  )
}

/** One row. An indented one belongs to the row above it. */
export function Row({ children, isIndented = false, canOpen = false }: { children: ReactNode; isIndented?: boolean; canOpen?: boolean }) {
  return (
    <tr
      role="row"
      className={classes(
        'group/row relative flex flex-wrap max-sm:px-4 max-sm:py-2.5 sm:col-span-full sm:grid sm:grid-cols-subgrid sm:items-center',
        isIndented ? 'bg-canvas/60 max-sm:pl-11' : 'border-t',
        canOpen && 'transition-colors hover:bg-canvas max-sm:pl-11',
      )}
    >
      {children}
    </tr>
  )
}

/**
 * One cell. The `lead` names the row, the `main` one is its answer; on a phone a `detail` is part of the line below, with
 * its `unit` spelled out.
 */
export function Cell({
  kind = 'detail',
  align = 'start',
  unit,
  children,
  className,
}: {
  kind?: 'lead' | 'main' | 'detail'
  align?: 'start' | 'end'
  unit?: string
  children?: ReactNode
  className?: string
}) {
  const shape = classes(
    'sm:min-w-0 sm:px-4 sm:py-2.5',
    align === 'end' ? 'numeric text-right' : 'text-left',
    kind === 'lead' && 'max-sm:order-1 max-sm:basis-[calc(100%-7rem)] max-sm:pr-3',
    kind === 'main' && 'max-sm:order-2 max-sm:basis-28 max-sm:text-right',
    kind === 'detail' && 'sentence-part max-sm:order-3',
    className,
  )
  const content = (
    <>
      {children}
      {unit ? <span className="sm:hidden"> {unit}</span> : null}
    </>
  )
  if (kind === 'lead') {
    return (
      <th role="rowheader" scope="row" className={classes(shape, 'font-normal')}>
        {content}
      </th>
    )
  }
  return (
    <td role="cell" className={shape}>
      {content}
    </td>
  )
}
