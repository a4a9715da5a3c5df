import type { Metadata } from 'next'
import { LinkButton } from '@/components/ui/button'
import { StandalonePage } from '@/components/shell/standalone-page'

export const metadata: Metadata = { title: 'Not for your role' }

/** A page of one's own organization that one's role doesn't reach. */
export default function Forbidden() {
  return (
    <StandalonePage
      code="403"
      title="Your role doesn’t include this page"
      action={
        <LinkButton href="/" variant="primary">
          Go to your organization
        </LinkButton>
      }
    >
      An owner or an admin of your organization can change your role, or what members may see.
    </StandalonePage>
  )
}
