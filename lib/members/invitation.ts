import { createHash, randomBytes } from 'node:crypto'

/** How long an invitation can be accepted. */
export const invitationDays = 7

/** A fresh invitation token; only its hash is stored. */
export function createToken(): string {
  return randomBytes(32).toString('base64url')
}

/** What is stored of a token. */
export function digestToken(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
