import type { ReactNode } from 'react'
import { classes } from './classes'

/*
 * Tables that become rows which read as sentences on a phone: the name and the main figure in one line, everything else as one
 * quiet line below. The roles are written out, because a table that is laid out as anything else loses its own.
 */

export type Column = { label: string; align?: 'start' | 'end'; className?: string }

/** A table with its columns named. `label` says what it holds to those who can't see the heading above it. */
export function Table({ label, columns, children }: { label: string; columns: Column[]; children: ReactNode }) {
  return (
    <table role="table" aria-label={label} className="w-full border-collapse text-sm max-sm:block">
      <thead role="rowgroup" className="max-sm:sr-only">
        <tr role="row">
          {columns.map((column, index) => (
            <th
              key={column.label}
              role="columnheader"
              scope="col"
              className={classes(
                'h-9 px-4 font-normal whitespace-nowrap text-ink-3',
                column.align === 'end' ? 'text-right' : 'text-left',
                index === 0 && 'w-full',
                column.className,
              )}
            >
              {column.label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup" className="max-sm:block">
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
        'group/row relative max-sm:flex max-sm:flex-wrap max-sm:px-4 max-sm:py-2.5',
        isIndented ? 'bg-canvas' : 'border-t',
        canOpen && 'transition-colors hover:bg-canvas',
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
    'h-10 px-4 py-1.5 max-sm:h-auto max-sm:p-0',
    align === 'end' ? 'numeric text-right' : 'text-left',
    kind === 'lead' && 'max-sm:basis-[calc(100%-7rem)] max-sm:pr-3',
    kind === 'main' && 'max-sm:basis-28 max-sm:text-right',
    kind === 'detail' && 'sentence-part',
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
