'use client'

import { Button } from '@/components/ui/button'
import { StandalonePage } from '@/components/shell/standalone-page'

/** A page that broke. The digest is what the server's log calls the same failure. */
export default function ErrorPage({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <StandalonePage
      code="500"
      title="This page could not be shown"
      action={
        <Button type="button" variant="primary" onClick={reset}>
          Try again
        </Button>
      }
    >
      Nothing was changed or lost. If it happens again, tell whoever runs this installation
      {error.digest ? (
        <>
          {' '}
          and quote <code className="font-mono text-ink">{error.digest}</code>
        </>
      ) : null}
      .
    </StandalonePage>
  )
}
