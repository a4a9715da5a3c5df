import type { Metadata } from 'next'
import { LinkButton } from '@/components/ui/button'
import { StandalonePage } from '@/components/shell/standalone-page'

export const metadata: Metadata = { title: 'Not found' }

/** What is not there, and what someone may not know to be there, look the same. */
export default function NotFound() {
  return (
    <StandalonePage
      code="404"
      title="There is nothing here"
      action={
        <LinkButton href="/" variant="primary">
          Go to your organization
        </LinkButton>
      }
    >
      The address may be mistyped, or it belongs to an organization that you are not a member of.
    </StandalonePage>
  )
}
