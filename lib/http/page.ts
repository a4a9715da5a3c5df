import 'server-only'
import { forbidden, notFound, redirect } from 'next/navigation'
import type { Permission } from '@/lib/access/permissions'
import { personScope } from '@/lib/access/scope'
import type { Scope } from '@/lib/access/scope'
import { AppError } from '@/lib/errors'
import { routes } from '@/lib/routes'
import { requestContext } from './context'
import { currentUser } from './session'

/**
 * The scope of a page, or the page that says why not: signed out goes to sign-in and comes back to `returnTo`; a stranger gets *not found*, as does an
 * organization that isn't there; a member who may not gets *forbidden*. Call it before anything streams.
 */
export async function requireScope<P extends Permission>(slug: string, permission: P, returnTo: string): Promise<Scope<P>> {
  const user = await currentUser()
  if (!user) redirect(routes.signIn(returnTo))
  try {
    return await personScope(await requestContext(), { userId: user.userId, slug }, permission)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    if (error.code === 'not_found') notFound()
    if (error.code === 'forbidden') forbidden()
    throw error
  }
}
