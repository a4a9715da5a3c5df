'use client'

import { type ReactNode, useEffect, useRef } from 'react'
import { Icon } from '@/components/ui/icon'
import { Kbd } from '@/components/ui/kbd'

/** The disclosure under a chart that holds its numbers as a table. The key T opens and closes it, from anywhere on the page. */
export function ChartTable({ children }: { children: ReactNode }) {
  const details = useRef<HTMLDetailsElement>(null)

  useEffect(() => {
    const toggle = (event: KeyboardEvent) => {
      const table = details.current
      if (!table || event.key.toLowerCase() !== 't' || event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target))
        return
      table.open = !table.open
      table.querySelector('summary')?.focus()
    }
    document.addEventListener('keydown', toggle)
    return () => document.removeEventListener('keydown', toggle)
  }, [])

  return (
    <details ref={details} className="group/table border-t print:hidden">
      <summary className="flex h-9 items-center gap-2 rounded-b-lg px-4 -outline-offset-2 text-xs text-ink-3 transition-colors hover:text-ink max-sm:h-11">
        <Icon name="chevron-right" className="size-3 transition-transform group-open/table:rotate-90" />
        Show data as a table
        <span className="ml-auto max-sm:hidden" aria-hidden="true">
          <Kbd>T</Kbd>
        </span>
      </summary>
      <div className="max-h-96 overflow-auto" tabIndex={0} role="region" aria-label="Data of the chart">
        {children}
      </div>
    </details>
  )
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select, [contenteditable]') !== null
}
