import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { BodyRefused, bodyLimits, readBody } from './body'

const mebibyte = 1024 * 1024

describe('a body', () => {
  it('is read as sent, in any number of chunks, with and without gzip', async () => {
    const text = 'usage '.repeat(50_000)
    expect(textOf(await readBody(requestOf(Buffer.from(text))))).toBe(text)
    expect(textOf(await readBody(requestOf(gzipSync(text), { 'content-encoding': 'gzip' })))).toBe(text)
    expect(textOf(await readBody(requestOf(gzipSync(text), { 'content-encoding': 'X-GZIP' }, 3)))).toBe(text)
  })

  it('that is absent is empty', async () => {
    expect(await readBody(new Request('http://localhost/', { method: 'POST' }))).toHaveLength(0)
  })

  it('may be as large as the limit, and not a byte larger', async () => {
    const largest = Buffer.alloc(bodyLimits.inflatedBytesMax)
    expect(await readBody(requestOf(largest))).toHaveLength(largest.length)
    expect(await readBody(requestOf(gzipSync(largest), { 'content-encoding': 'gzip' }))).toHaveLength(largest.length)
    const larger = Buffer.alloc(bodyLimits.inflatedBytesMax + 1)
    expect(await refusal(requestOf(larger))).toMatchObject({ status: 413 })
    expect(await refusal(requestOf(gzipSync(larger), { 'content-encoding': 'gzip' }))).toMatchObject({ status: 413 })
  })

  it('is refused by its announced length before any of it is read', async () => {
    let pulled = 0
    const body = new ReadableStream(
      { pull: (controller) => (pulled++, controller.enqueue(new Uint8Array(mebibyte))) },
      { highWaterMark: 0 },
    )
    const headers = { 'content-length': String(17 * mebibyte) }
    expect(await refusal(new Request('http://localhost/', { method: 'POST', body, headers, ...streaming }))).toMatchObject({
      status: 413,
    })
    expect(pulled).toBe(0)
  })

  it('without a length is read no further than the limit', async () => {
    let pulled = 0
    const body = new ReadableStream(
      { pull: (controller) => (pulled++, controller.enqueue(new Uint8Array(mebibyte))) },
      { highWaterMark: 0 },
    )
    expect(await refusal(new Request('http://localhost/', { method: 'POST', body, ...streaming }))).toMatchObject({ status: 413 })
    expect(pulled).toBe(17)
  })

  it('that inflates a thousandfold costs no more than the limit', async () => {
    const member = gzipSync(Buffer.alloc(64 * mebibyte))
    const bomb = Buffer.concat(Array.from({ length: 16 }, () => member))
    expect(bomb.length).toBeLessThan(2 * mebibyte)
    const before = process.memoryUsage().rss
    expect(await refusal(requestOf(bomb, { 'content-encoding': 'gzip' }))).toMatchObject({ status: 413 })
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * mebibyte)
  })

  it('compressed and over the wire limit is refused though it would inflate to less than the limit', async () => {
    const noise = randomBytes(9 * mebibyte)
    expect(await refusal(requestOf(gzipSync(noise), { 'content-encoding': 'gzip' }))).toMatchObject({ status: 413 })
  })

  it.each([
    ['cut short', (gzip: Buffer) => gzip.subarray(0, -9)],
    ['damaged', (gzip: Buffer) => Buffer.concat([gzip.subarray(0, 20), Buffer.alloc(20, 7), gzip.subarray(40)])],
    ['not gzip at all', () => Buffer.from('{"resourceLogs":[]}')],
    ['empty', () => Buffer.alloc(0)],
  ])('in gzip that is %s is refused with 400', async (_name, damage) => {
    const gzip = gzipSync(Buffer.from(Array.from({ length: 500 }, (_, index) => (index * 7919) % 251)))
    expect(await refusal(requestOf(damage(gzip), { 'content-encoding': 'gzip' }))).toMatchObject({ status: 400 })
  })

  it.each(['br', 'deflate', 'gzip, gzip', 'zstd'])('in %s is refused with 415', async (encoding) => {
    expect(await refusal(requestOf(Buffer.from('x'), { 'content-encoding': encoding }))).toMatchObject({ status: 415 })
  })

  it('whose sender goes away in the middle is refused with 400', async () => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new Uint8Array(10))
        controller.error(new Error('aborted'))
      },
    })
    expect(await refusal(new Request('http://localhost/', { method: 'POST', body, ...streaming }))).toMatchObject({ status: 400 })
  })
})

const streaming = { duplex: 'half' } as const

function requestOf(bytes: Uint8Array, headers: Record<string, string> = {}, chunkBytes = 65_536): Request {
  let offset = 0
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (offset >= bytes.length) return controller.close()
      controller.enqueue(Uint8Array.from(bytes.subarray(offset, offset + chunkBytes)))
      offset += chunkBytes
    },
  })
  return new Request('http://localhost/', { method: 'POST', body, headers, ...streaming })
}

async function refusal(request: Request): Promise<unknown> {
  const outcome = await readBody(request).catch((error: unknown) => error)
  expect(outcome).toBeInstanceOf(BodyRefused)
  return outcome
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}
