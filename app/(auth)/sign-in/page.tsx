import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { Entrance } from '@/components/identity/entrance'
import { ActionForm } from '@/components/ui/action-form'
import { Button } from '@/components/ui/button'
import { Notice } from '@/components/ui/notice'
import { env } from '@/lib/env'
import { currentUser, signInForm, signInStart } from '@/lib/http/session'
import { describeSignInProblem, destinationAfterSignIn } from '@/lib/identity/account'
import { SignInSearch } from '@/lib/identity/input'

export const metadata: Metadata = { title: 'Sign in' }

/** The way in. Works without a script: the button posts to next-auth, which leads to the provider and back. */
export default async function SignInPage({ searchParams }: { searchParams: Promise<Record<string, unknown>> }) {
  const { callbackUrl, error, ready } = SignInSearch.parse(await searchParams)
  const destination = destinationAfterSignIn(callbackUrl, env().NEXTAUTH_URL)
  if (await currentUser()) redirect(destination)

  const form = await signInForm(destination)
  // A page can't set the cookie that the form is checked against; next-auth does, and comes back here.
  if (!form && !ready) redirect(signInStart(destination, error))
  return (
    <Entrance title="Sign in to Outlay">
      {error !== null ? <Notice tone="bad">{describeSignInProblem(error)}</Notice> : null}
      {form ? (
        <ActionForm target={form}>
          <Button variant="primary" className="w-full">
            Continue with {env().OIDC_NAME}
          </Button>
        </ActionForm>
      ) : (
        <Notice tone="bad">Your browser refuses cookies, and signing in needs one. Allow them for this site, then reload.</Notice>
      )}
    </Entrance>
  )
}
