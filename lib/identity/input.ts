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
