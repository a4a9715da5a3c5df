'use server'

import { revalidatePath } from 'next/cache'
import type { CreateKeyState } from '@/components/members/key-form'
import { orgAction } from '@/lib/http/action'
import { createOrganizationKey, revokeOrganizationKey } from '@/lib/members/commands'
import { CreateKey, RevokeKey } from '@/lib/members/input'
import { routes } from '@/lib/routes'

/** Makes a key of the organization's; its text is in the answer, this once. */
export async function createOrganizationKeyAction(slug: string, _state: CreateKeyState, data: FormData): Promise<CreateKeyState> {
  const door = { slug, permission: 'keys:manage', returnTo: routes.connect(slug), schema: CreateKey } as const
  const result = await orgAction(door, data, async (scope, input) => ({
    ...(await createOrganizationKey(scope, input)),
    name: input.name,
  }))
  if (!result.ok) return { kind: 'failed', message: result.message, typedName: result.typed['name'] ?? '' }
  revalidatePath(routes.connect(slug))
  return { kind: 'created', name: result.value.name, key: result.value.keyText }
}

/** Ends a key of the organization's. One that is gone already is as it should be. */
export async function revokeOrganizationKeyAction(slug: string, data: FormData): Promise<void> {
  const door = { slug, permission: 'keys:manage', returnTo: routes.connect(slug), schema: RevokeKey } as const
  await orgAction(door, data, revokeOrganizationKey)
  revalidatePath(routes.connect(slug))
}
