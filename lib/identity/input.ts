import { z } from 'zod'
import type { AccountClaims } from './account'

/** Longer than any provider's identifiers; shorter than what an index page holds. */
const identifierCharactersMax = 255

/** Some providers send this boolean as text. */
const Verified = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')])

/** The claims of an id token whose signature, issuer, audience and nonce have been checked. */
export const IdTokenClaims = z
  .object({
    iss: z.string().min(1).max(identifierCharactersMax),
    sub: z.string().min(1).max(identifierCharactersMax),
    email: z.string().nullish().catch(null),
    email_verified: Verified.nullish().catch(false),
    name: z.string().nullish().catch(null),
  })
  .transform((claims): AccountClaims => ({
    issuer: claims.iss,
    subject: claims.sub,
    email: claims.email ?? null,
    isEmailVerified: claims.email_verified ?? null,
    name: claims.name ?? null,
  }))
export type IdTokenClaims = z.infer<typeof IdTokenClaims>

/** One value of a parameter, however often it stands in the address. */
const Parameter = z
  .union([z.string(), z.array(z.string()).transform((values) => values[0] ?? null)])
  .nullish()
  .transform((value) => value ?? null)

/** What the addresses of the sign-in and sign-out pages may carry. */
export const SignInSearch = z.object({
  callbackUrl: Parameter,
  error: Parameter,
  /** Present when next-auth has just set its cookies. */
  ready: Parameter.transform((value) => value !== null),
})
export type SignInSearch = z.infer<typeof SignInSearch>

/** The two parts of a one-time link. */
export const JoinLink = z.object({ slug: z.string().min(1).max(64), token: z.string().min(1).max(128) })
export type JoinLink = z.infer<typeof JoinLink>
