'use client'

import { type ReactNode, useEffect, useRef } from 'react'

/** A `<details>` that closes on Escape, on a press outside of it, and when a link inside of it is followed. */
export function MenuDetails({ children, className }: { children: ReactNode; className: string }) {
  const details = useRef<HTMLDetailsElement>(null)

  useEffect(() => {
    const menu = details.current
    if (!menu) return
    const closeOutside = (event: Event) => {
      if (event.target instanceof Node && !menu.contains(event.target)) menu.open = false
    }
    const closeOnEscape = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || !menu.open) return
      menu.open = false
      menu.querySelector('summary')?.focus()
    }
    const closeAfterLink = (event: Event) => {
      if (event.target instanceof Element && event.target.closest('a')) menu.open = false
    }
    const closeAfterSubmit = () => {
      menu.open = false
    }
    document.addEventListener('pointerdown', closeOutside)
    document.addEventListener('focusin', closeOutside)
    document.addEventListener('keydown', closeOnEscape)
    menu.addEventListener('click', closeAfterLink)
    menu.addEventListener('submit', closeAfterSubmit)
    return () => {
      document.removeEventListener('pointerdown', closeOutside)
      document.removeEventListener('focusin', closeOutside)
      document.removeEventListener('keydown', closeOnEscape)
      menu.removeEventListener('click', closeAfterLink)
      menu.removeEventListener('submit', closeAfterSubmit)
    }
  }, [])

  return (
    <details ref={details} className={className}>
      {children}
    </details>
  )
}
