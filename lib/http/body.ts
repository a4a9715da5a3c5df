import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'

/** How large the body of an ingest request may be. The largest that a real exporter sent was 0.6 MiB. */
export const bodyLimits = {
  /** As it comes over the wire, when it is compressed. */
  compressedBytesMax: 8 * 1024 * 1024,
  /** After inflation; also what an uncompressed body may weigh. */
  inflatedBytesMax: 16 * 1024 * 1024,
} as const

/** A body that will not be read, with the status that says so and a sentence for the sender. */
export class BodyRefused extends Error {
  override readonly name = 'BodyRefused'

  constructor(
    readonly status: 400 | 413 | 415,
    message: string,
  ) {
    super(message)
  }
}

/**
 * Reads a request's body, inflating gzip, and gives up as soon as a limit is passed: a small body that inflates to
 * gigabytes costs no more than the limit.
 */
export async function readBody(request: Request): Promise<Uint8Array> {
  const encoding = (request.headers.get('content-encoding') ?? 'identity').trim().toLowerCase()
  const isGzip = encoding === 'gzip' || encoding === 'x-gzip'
  if (!isGzip && encoding !== 'identity' && encoding !== '')
    throw new BodyRefused(415, 'Only gzip is accepted as the content encoding. Send gzip, or no compression.')
  const wireBytesMax = isGzip ? bodyLimits.compressedBytesMax : bodyLimits.inflatedBytesMax
  if (Number(request.headers.get('content-length') ?? 0) > wireBytesMax) throw tooLarge(isGzip)
  if (request.body === null) return new Uint8Array()
  const wire = limited(chunksOf(request.body), wireBytesMax, isGzip)
  return isGzip ? inflate(wire) : concatenate(wire)
}

async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } catch {
    throw new BodyRefused(400, 'The body ended before it was complete. Send it again.')
  } finally {
    // Whoever stops reading early, because a limit was passed, wants nothing more of it.
    await reader.cancel().catch(() => undefined)
  }
}

async function inflate(wire: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const gunzip = createGunzip()
  const source = Readable.from(wire)
  // An error of the source must reach whoever reads the inflated bytes; `pipe` alone would leave them waiting.
  source.on('error', (error) => gunzip.destroy(error))
  try {
    return await concatenate(limited(source.pipe(gunzip), bodyLimits.inflatedBytesMax, true))
  } catch (error) {
    if (isZlibError(error))
      throw new BodyRefused(400, 'The gzip body is damaged or cut short. Send it again, or without compression.')
    throw error
  } finally {
    source.destroy()
    gunzip.destroy()
  }
}

async function* limited(chunks: AsyncIterable<Uint8Array>, bytesMax: number, isCompressed: boolean): AsyncGenerator<Uint8Array> {
  let byteCount = 0
  for await (const chunk of chunks) {
    byteCount += chunk.byteLength
    if (byteCount > bytesMax) throw tooLarge(isCompressed)
    yield chunk
  }
}

async function concatenate(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return Buffer.concat(parts)
}

function tooLarge(isCompressed: boolean): BodyRefused {
  const inflated = `${bodyLimits.inflatedBytesMax / 1024 / 1024} MiB`
  const limit = isCompressed ? `${bodyLimits.compressedBytesMax / 1024 / 1024} MiB compressed or ${inflated} inflated` : inflated
  return new BodyRefused(413, `The body is larger than ${limit}. Send fewer records at a time.`)
}

function isZlibError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('Z_')
}
