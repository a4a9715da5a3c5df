import type { ReactNode } from 'react'
import { classes } from './classes'

/*
 * Tables that become rows which read as sentences where there is little room, as on a phone: the name and the main figure in one line, everything else as one
 * quiet line below. They are laid out as a grid (a row can then hold a link that covers it, in every browser), and a table that
 * is laid out as anything else loses its roles: so they are written out.
 */

export type Column = { label: string; align?: 'start' | 'end' }

/** A table with its columns named. `label` says what it holds; `grid` is the class with the widths of its columns. */
export function Table({
  label,
  columns,
  grid,
  children,
}: {
  label: string
  columns: Column[]
  grid: string
  children: ReactNode
}) {
  return (
    <div className="@container">
      <table role="table" aria-label={label} className={classes('block w-full text-sm @2xl:grid', grid)}>
        <thead role="rowgroup" className="@max-2xl:sr-only @2xl:col-span-full @2xl:grid @2xl:grid-cols-subgrid">
          <tr role="row" className="@2xl:col-span-full @2xl:grid @2xl:grid-cols-subgrid">
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
        <tbody role="rowgroup" className="block @2xl:col-span-full @2xl:grid @2xl:grid-cols-subgrid">
          {children}
        </tbody>
      </table>
    </div>
  )
}

/** One row. An indented one belongs to the row above it. */
export function Row({
  children,
  isIndented = false,
  hasAvatar = false,
  canOpen = false,
}: {
  children: ReactNode
  isIndented?: boolean
  hasAvatar?: boolean
  canOpen?: boolean
}) {
  return (
    <tr
      role="row"
      className={classes(
        'group/row relative flex flex-wrap @max-2xl:px-4 @max-2xl:py-2.5 @2xl:col-span-full @2xl:grid @2xl:grid-cols-subgrid @2xl:items-center',
        isIndented ? 'bg-canvas/60 @max-2xl:pl-11' : 'border-t',
        hasAvatar && '@max-2xl:pl-14',
        canOpen && 'transition-colors hover:bg-canvas @max-2xl:pl-11',
      )}
    >
      {children}
    </tr>
  )
}

/**
 * One cell. The `lead` names the row, the `main` one is its answer; with little room a `detail` is part of the line below, with
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
    '@2xl:min-w-0 @2xl:px-4 @2xl:py-2.5',
    align === 'end' ? 'numeric text-right' : 'text-left',
    kind === 'lead' && 'min-w-0 @max-2xl:order-1 @max-2xl:basis-[calc(100%-6rem)] @max-2xl:pr-3',
    kind === 'main' && '@max-2xl:order-2 @max-2xl:basis-24 @max-2xl:text-right',
    kind === 'detail' && 'sentence-part @max-2xl:order-3',
    className,
  )
  const content = (
    <>
      {children}
      {unit ? <span className="@2xl:hidden"> {unit}</span> : null}
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
