import { redirect } from 'next/navigation'
import { Entrance } from '@/components/identity/entrance'
import { ActionForm } from '@/components/ui/action-form'
import { Button } from '@/components/ui/button'
import { requestContext } from '@/lib/http/context'
import { currentUser, signOutForm } from '@/lib/http/session'
import { listOrganizations } from '@/lib/organizations/queries'
import { routes } from '@/lib/routes'

/** The front door: whoever belongs somewhere is led there. */
export default async function HomePage() {
  const user = await currentUser()
  if (!user) redirect(routes.signIn())
  const [organization] = await listOrganizations(await requestContext(), user.userId)
  if (organization) redirect(routes.organization(organization.slug))
  return (
    <Entrance title="You are in no organization yet">
      <p className="text-sm text-ink-2">
        You are signed in as <span className="font-medium text-ink">{user.email}</span>. Ask an owner or an admin of your
        organization to add you with that address, or open the link that you were sent.
      </p>
      <p className="text-sm text-ink-2">If you were a member before, you have been removed.</p>
      <ActionForm target={await signOutForm()}>
        <Button className="w-full">Sign out</Button>
      </ActionForm>
    </Entrance>
  )
}
