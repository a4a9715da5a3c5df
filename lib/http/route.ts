import 'server-only'
import type { KeyScope } from '@/db/enums'
import { findKey } from '@/lib/access/keys'
import { keyScope } from '@/lib/access/scope'
import type { Scope } from '@/lib/access/scope'
import { AppError } from '@/lib/errors'
import { contextOf } from './context'

/**
 * The scope that the key of a request opens. *Unauthenticated* without a key that may be used now, *forbidden* when the key lacks the scope; both with a
 * sentence for whoever set up the tool. The header may come URL-encoded, as the specification of OTLP's variables asks for.
 */
export async function requireKeyScope<P extends KeyScope>(request: Request, permission: P): Promise<Scope<P>> {
  const context = contextOf(request.headers)
  const keyText = presentedKey(request.headers)
  if (keyText === null) {
    throw new AppError(
      'unauthenticated',
      'Send an ingest key as "Authorization: Bearer outlay_…". Keys are created under My usage.',
    )
  }
  return keyScope(context, await findKey(context, keyText), permission)
}

function presentedKey(headers: Headers): string | null {
  const header = headers.get('authorization')?.replaceAll('%20', ' ').trim() ?? ''
  return /^Bearer +(\S{1,200})$/i.exec(header)?.[1] ?? null
}
