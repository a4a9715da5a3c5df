'use client'

import './globals.css'
import ErrorPage from './error'

/** The last resort, when the document around the pages broke too: it brings its own. */
export default function GlobalError(props: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <html lang="en">
      <body>
        <title>Something broke · Outlay</title>
        <ErrorPage {...props} />
      </body>
    </html>
  )
}
