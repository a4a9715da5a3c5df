import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { Entrance } from '@/components/identity/entrance'
import { ActionForm } from '@/components/ui/action-form'
import { Button, LinkButton } from '@/components/ui/button'
import { currentUser, signOutForm, signOutStart } from '@/lib/http/session'
import { SignInSearch } from '@/lib/identity/input'
import { routes } from '@/lib/routes'

export const metadata: Metadata = { title: 'Sign out' }

/** Asks before signing out: only a form that we have sent may do it. */
export default async function SignOutPage({ searchParams }: { searchParams: Promise<Record<string, unknown>> }) {
  const { ready } = SignInSearch.parse(await searchParams)
  const user = await currentUser()
  if (!user) redirect(routes.signIn())

  const form = await signOutForm()
  if (form.fields.csrfToken === '' && !ready) redirect(signOutStart)
  return (
    <Entrance title="Sign out of Outlay?">
      <p className="text-center text-sm text-ink-2">
        You are signed in as <span className="font-medium text-ink">{user.email}</span>.
      </p>
      <ActionForm target={form}>
        <Button variant="primary" className="w-full">
          Sign out
        </Button>
      </ActionForm>
      <LinkButton href={routes.home()} variant="quiet">
        Stay signed in
      </LinkButton>
    </Entrance>
  )
}
