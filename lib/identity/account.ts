import { domainToASCII } from 'node:url'
import { AppError } from '@/lib/errors'

/** A person who can sign in, as the product knows them. */
export type User = { userId: string; email: string; name: string }

/** Which account at which OpenID provider. Accounts are told apart by this pair, never by their e-mail. */
export type AccountKey = { issuer: string; subject: string }

/** What a provider's id token says about who signs in. `isEmailVerified` is null where it says nothing about that. */
export type AccountClaims = AccountKey & { email: string | null; isEmailVerified: boolean | null; name: string | null }

/** Bounds of RFC 5321, in bytes. */
const localBytesMax = 64
const emailBytesMax = 254

/** How much of a name is kept: more than any name needs, less than a session cookie holds. */
const nameCharactersMax = 100

/** Addresses longer than this are no page of ours. */
const destinationCharactersMax = 2_000

/**
 * The one form in which an address is stored and compared, or null for what cannot safely be an address. Upper and lower case,
 * composed and decomposed letters and the two spellings of an international domain come out the same. What only *looks* like
 * another address (a full-width ＠ or letter, the Kelvin sign, invisible characters, quoted local parts) is refused rather than
 * mapped onto it: two mailboxes must never become one person.
 */
export function canonicalEmail(text: string): string | null {
  const trimmed = text.trim()
  if (trimmed.length > emailBytesMax || hasInvisible(trimmed)) return null
  const composed = trimmed.normalize('NFC')
  if (composed.normalize('NFKC') !== composed || Array.from(trimmed).some(composesToAscii)) return null

  const [local = '', domain = '', ...rest] = lower(composed).split('@')
  if (rest.length > 0 || !isDotAtom(local) || Buffer.byteLength(local) > localBytesMax) return null
  const host = domainToASCII(domain)
  // An international name has an encoded label; one that merely maps to plain letters is a lookalike of those.
  if (!isHostName(host) || !(isAscii(domain) ? host === domain : host.includes('xn--'))) return null
  const email = `${local}@${host}`
  return Buffer.byteLength(email) > emailBytesMax ? null : email
}

/**
 * The address that an account may be known by: one that its provider vouches for. A provider that leaves the claim out is
 * believed only where the operator said so; one that denies it never is.
 */
export function verifiedEmail(claims: AccountClaims, policy: { trustsUnstated: boolean }): string {
  const email = claims.email === null ? null : canonicalEmail(claims.email)
  if (email === null) throw new AppError('invalid', signInProblems.invalid)
  if (!(claims.isEmailVerified ?? policy.trustsUnstated)) throw new AppError('forbidden', signInProblems.forbidden)
  return email
}

/** What a person is called: as the provider says, in one line, else the part of their address before the @. */
export function displayName(name: string | null, email: string): string {
  const line = (name ?? '').replace(/[\p{C}\p{Z}]+/gu, ' ').trim()
  const text = line === '' ? (email.split('@')[0] ?? email) : line
  return Array.from(text).slice(0, nameCharactersMax).join('').trim()
}

/** Why a sign-in did not work, by the code in the address of the sign-in page: our own codes first, then next-auth's. */
export const signInProblems: Readonly<Record<'invalid' | 'forbidden' | 'conflict' | 'unavailable', string>> &
  Readonly<Record<string, string>> = {
  invalid:
    'Your sign-in provider did not send an e-mail address that Outlay can use. Ask its administrator to share your e-mail.',
  forbidden: 'Your sign-in provider does not confirm that your e-mail address is yours. Confirm it there, then sign in again.',
  conflict:
    'Another account of the same sign-in provider already uses your e-mail address. Ask the operator of this installation to sort it out.',
  unavailable: 'Outlay could not reach its database to sign you in. Try again in a minute.',
  OAuthSignin: 'The sign-in provider could not be reached. Try again in a minute; if it stays so, tell the operator.',
  OAuthCallback: 'The sign-in was not completed: it was canceled, took too long, or was answered in another browser. Try again.',
  Callback: 'The sign-in provider did not let you in, or you canceled there. Try again, or ask its administrator.',
  AccessDenied: 'The sign-in provider refused to let you in. Ask its administrator for access to Outlay.',
  Configuration: 'Sign-in is not set up correctly on this installation. Tell its operator.',
}

/** The sentence for a code, or one that fits whatever went wrong. */
export function describeSignInProblem(code: string): string {
  const known = Object.hasOwn(signInProblems, code) ? signInProblems[code] : undefined
  return known ?? 'The sign-in did not work. Try again.'
}

/**
 * Where to go after signing in: a path of ours, whatever was asked for. Addresses of other sites, paths that a browser would
 * read as one, and the pages for signing in and out lead to the start page.
 */
export function destinationAfterSignIn(asked: string | null | undefined, origin: string): string {
  if (!asked || asked.length > destinationCharactersMax || !URL.canParse(asked, origin)) return '/'
  const url = new URL(asked, origin)
  if (url.origin !== new URL(origin).origin || url.pathname.startsWith('/sign-')) return '/'
  // Two slashes at the start would be read as a host when this path is resolved again.
  return `${url.pathname.replace(/^\/+/, '/')}${url.search}${url.hash}`
}

function hasInvisible(text: string): boolean {
  return /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u.test(text)
}

function isAscii(text: string): boolean {
  return /^[\x21-\x7e]*$/.test(text)
}

/** Whether a character that is not ASCII is another spelling of one that is, as the Kelvin sign is of K. */
function composesToAscii(character: string): boolean {
  return !isAscii(character) && isAscii(character.normalize('NFC'))
}

function lower(text: string): string {
  return text.toLowerCase().normalize('NFC')
}

/** Dots only between other characters, and none of what would need quotes. */
function isDotAtom(local: string): boolean {
  return /^[^\s@.()<>[\]:;,\\"]+(?:\.[^\s@.()<>[\]:;,\\"]+)*$/u.test(local)
}

/** A name with at least two labels whose last is no number: not a bare machine, not an address of one. */
function isHostName(host: string): boolean {
  const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
  return new RegExp(`^(?:${label}\\.)+(?!\\d+$)${label}$`).test(host)
}
