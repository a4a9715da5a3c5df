'use server'

import { revalidatePath } from 'next/cache'
import type { CreateKeyState } from '@/components/members/key-form'
import { orgAction } from '@/lib/http/action'
import { createOwnKey, revokeOwnKey } from '@/lib/members/commands'
import { CreateKey, RevokeKey } from '@/lib/members/input'
import { routes } from '@/lib/routes'

/** Makes a key of one's own; its text is in the answer, this once. */
export async function createKeyAction(slug: string, _state: CreateKeyState, data: FormData): Promise<CreateKeyState> {
  const door = { slug, permission: 'me:manage', returnTo: routes.me(slug), schema: CreateKey } as const
  const result = await orgAction(door, data, async (scope, input) => ({
    ...(await createOwnKey(scope, input)),
    name: input.name,
  }))
  if (!result.ok) return { kind: 'failed', message: result.message, typedName: result.typed['name'] ?? '' }
  revalidatePath(routes.me(slug))
  return { kind: 'created', name: result.value.name, key: result.value.keyText }
}

/** Ends a key of one's own. One that is gone already is as it should be. */
export async function revokeKeyAction(slug: string, data: FormData): Promise<void> {
  const door = { slug, permission: 'me:manage', returnTo: routes.me(slug), schema: RevokeKey } as const
  await orgAction(door, data, revokeOwnKey)
  revalidatePath(routes.me(slug))
}
