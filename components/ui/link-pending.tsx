'use client'

import { useLinkStatus } from 'next/link'
import { createPortal } from 'react-dom'

/** Inside a link: a bar along the top of the window while the page that it leads to is on its way, unless that is at once. */
export function LinkPending() {
  const { pending } = useLinkStatus()
  return pending ? createPortal(<div role="progressbar" aria-label="Loading" className="pending-bar" />, document.body) : null
}
