import { randomBytes } from 'node:crypto'

/**
 * A new organization's id: 53 bits, so that it is a safe number, ordered by time: 32 bits of seconds, 20 random. Two organizations of one second meet
 * the primary key with a chance of one in a million, and the second is refused, not mixed.
 */
export function createOrganizationId(now: Date): number {
  return Math.floor(now.getTime() / 1_000) * 1_048_576 + (randomBytes(3).readUIntBE(0, 3) & 1_048_575)
}

/** A new UUID of version 7 (RFC 9562): ordered by time, so that inserts stay local in their index. */
export function createId(now: Date): string {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(now.getTime(), 0, 6)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return formatUuid(bytes)
}

/** Sixteen bytes in the text form of a UUID. */
export function formatUuid(bytes: Buffer): string {
  const hex = bytes.toString('hex', 0, 16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
