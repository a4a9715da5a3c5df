'use server'

import { redirect } from 'next/navigation'
import type { JoinState } from '@/components/identity/join-form'
import { AppError } from '@/lib/errors'
import { requestContext } from '@/lib/http/context'
import { currentUser } from '@/lib/http/session'
import { JoinLink } from '@/lib/identity/input'
import { acceptOwnerLink } from '@/lib/members/commands'
import { routes } from '@/lib/routes'

/** Takes a one-time link for the person who is signed in, and leads them in. */
export async function acceptLink(_: JoinState, form: FormData): Promise<JoinState> {
  const link = JoinLink.safeParse(Object.fromEntries(form))
  if (!link.success) return { message: 'This link is not valid. Ask your operator for a new one.' }
  const user = await currentUser()
  if (!user) redirect(routes.signIn(routes.join(link.data.slug, link.data.token)))
  const joined = await acceptOwnerLink(await requestContext(), { ...link.data, user }).catch(sentenceOf)
  if ('message' in joined) return joined
  redirect(routes.organization(joined.slug))
}

function sentenceOf(error: unknown): { message: string } {
  if (error instanceof AppError) return { message: error.message }
  throw error
}
