import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { Entrance } from '@/components/identity/entrance'
import { JoinForm } from '@/components/identity/join-form'
import { currentUser } from '@/lib/http/session'
import { routes } from '@/lib/routes'
import { acceptLink } from './actions'

export const metadata: Metadata = { title: 'Join' }

/** Where a one-time link leads. Opening it takes nothing yet: what follows links by itself would use it up. */
export default async function JoinPage({ params }: { params: Promise<{ org: string; token: string }> }) {
  const { org, token } = await params
  const user = await currentUser()
  if (!user) redirect(routes.signIn(routes.join(org, token)))
  return (
    <Entrance title={`Join ${org}`}>
      <p className="text-sm text-ink-2">
        You are signed in as <span className="font-medium text-ink">{user.email}</span>. The link works once, and makes this
        account a member of the organization.
      </p>
      <JoinForm action={acceptLink} slug={org} token={token} />
    </Entrance>
  )
}
