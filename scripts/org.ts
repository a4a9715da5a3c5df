import { parseArgs } from 'node:util'
import { z } from 'zod'
import { openDatabase } from '@/db/client'
import { migrate } from '@/db/migrate'
import { systemScope } from '@/lib/access/scope'
import type { Context } from '@/lib/access/scope'
import { AppError } from '@/lib/errors'
import { issueOwnerLink } from '@/lib/members/commands'
import { createOrganization } from '@/lib/organizations/commands'
import { CommandError, runCommand } from './command'
import { findDatabase, loadEnvironmentFile } from './database'
import { chosenPort } from './server'

const usage = `npm run org -- create --name "Acme" --slug acme [--owner ann@example.com] [--zone Europe/Berlin]

  Makes an organization and prints a one-time link with which its first owner gets in. With --owner, only that address can
  use the link. Run again with the same slug, it changes nothing about the organization and prints a new link.`

/** Who did it, in the organization's audit log. */
const operator = 'npm run org'

const CreateArguments = z.object({
  name: z.string().optional(),
  slug: z.string({ error: '--slug is missing' }),
  owner: z.email('--owner must be an e-mail address').optional(),
  zone: z.string().default('UTC'),
})

await runCommand(async (command) => {
  const create = readArguments()
  loadEnvironmentFile()
  const database = await findDatabase(command, (line) => console.log(line))
  await migrate(database.url)
  const { db, close } = openDatabase(database.url, { max: 2, name: 'outlay-org' })
  command.onEnd(close)

  const context: Context = { db, now: new Date(), origin: null }
  const scope = (await findOrganization(context, create.slug)) ?? (await makeOrganization(context, create))
  const { token } = await issueOwnerLink(scope, { email: create.owner?.toLowerCase() ?? null })
  const address = process.env.NEXTAUTH_URL || `http://localhost:${chosenPort()}`
  console.log(`\nThis link lets ${create.owner ?? 'whoever opens it first'} in as an owner of ${scope.organization.name}:`)
  console.log(`\n  ${new URL(`/join/${create.slug}/${token}`, address).href}\n`)
  console.log('It works once, for 7 days. Earlier links no longer do.')
})

function readArguments(): z.infer<typeof CreateArguments> {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: { name: { type: 'string' }, slug: { type: 'string' }, owner: { type: 'string' }, zone: { type: 'string' } },
    })
    if (positionals.join(' ') !== 'create') throw new CommandError(usage)
    const parsed = CreateArguments.safeParse(values)
    if (parsed.success) return parsed.data
    throw new CommandError(`${parsed.error.issues.map((issue) => issue.message).join('. ')}.\n\n${usage}`)
  } catch (error) {
    if (error instanceof TypeError) throw new CommandError(`${error.message}\n\n${usage}`)
    throw error
  }
}

async function findOrganization(context: Context, slug: string) {
  try {
    return await systemScope<'org:read' | 'members:manage' | 'owners:manage'>(context, slug, operator)
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') return null
    throw error
  }
}

async function makeOrganization(context: Context, create: z.infer<typeof CreateArguments>) {
  if (!create.name)
    throw new CommandError(`--name is missing: there is no organization with the slug ${create.slug} yet.\n\n${usage}`)
  const scope = await createOrganization(context, { name: create.name, slug: create.slug, timeZone: create.zone, operator })
  console.log(`${create.name} is made.`)
  return scope
}
