'use client'

import Link from 'next/link'
import { usePathname } from 'next/navigation'
import type { ReactNode } from 'react'
import { LinkPending } from '@/components/ui/link-pending'
import { findCurrent } from './current-page'

/** A link in the sidebar that knows when it is where the person is: only the browser's path tells, as a layout isn't drawn again. */
export function NavLink({ href, hrefs, children }: { href: string; hrefs: string[]; children: ReactNode }) {
  const isCurrent = findCurrent(usePathname(), hrefs) === href
  return (
    <Link
      href={href}
      aria-current={isCurrent ? 'page' : undefined}
      className="flex h-8 items-center gap-3 rounded-md px-2.5 text-sm text-ink-2 transition-colors hover:bg-sunken hover:text-ink aria-[current=page]:bg-sunken aria-[current=page]:font-semibold aria-[current=page]:text-ink max-lg:h-10 [&_svg]:text-ink-3 aria-[current=page]:[&_svg]:text-ink"
    >
      {children}
      <LinkPending />
    </Link>
  )
}
