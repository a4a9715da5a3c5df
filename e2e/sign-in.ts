import { readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { z } from 'zod'

/** What the browser tests may know of the server they run against (`scripts/e2e-server.ts`). */
export const Manifest = z.object({
  address: z.string(),
  databaseUrl: z.string(),
  organizations: z.array(
    z.object({
      slug: z.string(),
      name: z.string(),
      people: z.array(z.object({ email: z.string(), name: z.string(), role: z.enum(['owner', 'admin', 'billing', 'member']) })),
    }),
  ),
})
export type Manifest = z.infer<typeof Manifest>

/** Reads what `scripts/e2e-server.ts` has written. */
export function readManifest(): Manifest {
  return Manifest.parse(JSON.parse(readFileSync(process.env.E2E_MANIFEST ?? '', 'utf8')))
}

/** Somebody whom the provider knows and no organization does. */
export const strangerEmail = 'stranger@nowhere.example'

/** The e-mail of somebody with a role in an organization of the demo. */
export function emailOf(slug: string, role: Manifest['organizations'][number]['people'][number]['role']): string {
  const organization = readManifest().organizations.find((candidate) => candidate.slug === slug)
  const person = organization?.people.find((candidate) => candidate.role === role)
  if (!person) throw new Error(`Nobody in ${slug} has the role ${role}.`)
  return person.email
}

/** Signs in as the demo's provider would let anyone: by picking an account. Ends where `path` leads that person. */
export async function signInWith(page: Page, email: string, path = '/'): Promise<void> {
  await page.goto(path)
  await page.getByRole('button', { name: /^Continue with/ }).click()
  await page.getByRole('button', { name: email }).first().click()
  const { host } = new URL(readManifest().address)
  await page.waitForURL((url) => url.host === host && !url.pathname.startsWith('/sign-in'))
}
