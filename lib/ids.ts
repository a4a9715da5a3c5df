import { randomBytes } from 'node:crypto'

/**
 * A new organization's id: 53 bits, so that it is a safe number, ordered by time: 42 bits of milliseconds, 11 random. Organizations are made
 * rarely; two in one millisecond meet the primary key with a chance of 1 in 2,048, and the second is refused, not mixed.
 */
export function createOrganizationId(now: Date): number {
  return now.getTime() * 2048 + (randomBytes(2).readUInt16BE() & 2047)
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
