import { AppError } from '@/lib/errors'

/** First segments of our own addresses, which no organization's slug may take. */
const reservedSlugs = new Set([
  'api', 'sign-in', 'sign-out', 'join', 'operator', 'definitions', 'settings', 'new', 'admin', 'assets', 'static', 'public',
  'health', 'favicon', 'robots', 'sitemap', 'docs', 'help', 'about', 'preview', 'outlay', 'outlay.mjs', 'mailbox',
]) // prettier-ignore

/** The slug if it can stand in an address: 2 to 40 lower-case letters, digits and inner hyphens, and not reserved. */
export function parseSlug(text: string): string {
  if (!/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])$/.test(text)) {
    throw new AppError(
      'invalid',
      'A slug has 2 to 40 lower-case letters, digits and hyphens, and begins and ends without a hyphen.',
      {
        slug: 'Use 2 to 40 lower-case letters, digits and inner hyphens.',
      },
    )
  }
  if (reservedSlugs.has(text)) {
    throw new AppError('invalid', `The slug ${text} is reserved for Outlay's own pages. Choose another.`, {
      slug: 'Reserved. Choose another.',
    })
  }
  return text
}

/**
 * The time zone if this machine's zone database knows it by that name, such as `Europe/Berlin`. An alias stays as it was chosen: `Asia/Kolkata`
 * is `Asia/Calcutta` to some machines, and that name is missing on others.
 */
export function parseTimeZone(text: string): string {
  const chosen = text.trim()
  const known = findZone(chosen)
  if (known === null) {
    throw new AppError('invalid', `There is no time zone ${text}. Use a name such as Europe/Berlin or UTC.`, {
      timeZone: 'Unknown time zone. Use a name such as Europe/Berlin or UTC.',
    })
  }
  return known.toLowerCase() === chosen.toLowerCase() ? known : chosen
}

/** What this machine calls a zone. Offsets are no names: +05:30 is east to JavaScript and west to the database. */
function findZone(name: string): string | null {
  if (!/^[A-Za-z]/.test(name)) return null
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
  } catch {
    return null
  }
}
