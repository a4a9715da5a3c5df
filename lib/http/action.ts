import 'server-only'
import type { z } from 'zod'
import type { Permission } from '@/lib/access/permissions'
import type { Scope } from '@/lib/access/scope'
import { AppError } from '@/lib/errors'
import { requireScope } from './page'

/** What a form learns: done, with the value, or a sentence for the form and for each field, and what was typed, so that nothing is lost. */
export type ActionResult<T> =
  | { ok: true; value: T }
  | { ok: false; message: string; fields: Readonly<Record<string, string>>; typed: Readonly<Record<string, string>> }

/**
 * Makes a server action of a command: authorizes, parses, runs, and answers expected failures as sentences beside the values that were typed. `slug` names
 * the organization, `returnTo` where sign-in comes back to. Bugs go on being thrown.
 */
export async function orgAction<P extends Permission, Input, T>(
  door: { slug: string; permission: P; returnTo: string; schema: z.ZodType<Input> },
  data: FormData,
  command: (scope: Scope<P>, input: Input) => Promise<T>,
): Promise<ActionResult<T>> {
  const typed = Object.fromEntries([...data].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])))
  const scope = await requireScope(door.slug, door.permission, door.returnTo)
  const parsed = door.schema.safeParse(typed)
  if (!parsed.success) {
    const fields = Object.fromEntries(parsed.error.issues.map(({ path, message }) => [String(path[0] ?? ''), message]))
    return { ok: false, message: Object.values(fields)[0] ?? 'Check what you entered.', fields, typed }
  }
  try {
    return { ok: true, value: await command(scope, parsed.data) }
  } catch (error) {
    if (error instanceof AppError) return { ok: false, message: error.message, fields: error.fields, typed }
    throw error
  }
}
