import { isUniqueViolation } from '@/db/errors'
import { freshness, organizations } from '@/db/schema'
import { systemScope } from '@/lib/access/scope'
import type { Context, Scope } from '@/lib/access/scope'
import { audited, write } from '@/lib/audit/write'
import { AppError } from '@/lib/errors'
import { createOrganizationId } from '@/lib/ids'
import { parseSlug, parseTimeZone } from './organization'
import { eventsFromAt } from './retention'

/** Months of raw events that a new organization keeps. */
const retentionMonthsDefault = 25

/** Makes an organization; *conflict* when its slug is taken. Done by an operator, and so in the organization's audit log. */
export async function createOrganization(
  context: Context,
  input: { name: string; slug: string; timeZone: string; operator: string },
): Promise<Scope<'org:read' | 'members:manage' | 'owners:manage'>> {
  const slug = parseSlug(input.slug)
  const timeZone = parseTimeZone(input.timeZone)
  const name = input.name.trim()
  if (name === '' || name.length > 100) {
    throw new AppError('invalid', 'Give the organization a name of 1 to 100 characters.', { name: 'Use 1 to 100 characters.' })
  }
  return context.db.transaction(async (transaction) => {
    const inside = { ...context, db: transaction }
    const orgId = createOrganizationId(context.now)
    try {
      await inside.db.insert(organizations).values({
        orgId,
        slug,
        name,
        timeZone,
        createdAt: context.now,
        retentionMonths: retentionMonthsDefault,
        eventsFrom: eventsFromAt(context.now, retentionMonthsDefault, timeZone),
      })
    } catch (error) {
      if (isUniqueViolation(error)) {
        throw new AppError('conflict', `The slug ${slug} is taken. Choose another.`, { slug: 'Taken. Choose another.' })
      }
      throw error
    }
    await inside.db.insert(freshness).values({ orgId, countedAt: context.now })
    const scope = await systemScope<'org:read' | 'members:manage' | 'owners:manage'>(inside, slug, input.operator)
    await write(scope, async () =>
      audited(null, { action: 'organization.created', subjectId: String(orgId), after: { slug, name, timeZone } }),
    )
    return { ...scope, db: context.db }
  })
}
