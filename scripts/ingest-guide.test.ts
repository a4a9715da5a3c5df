import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { bodyLimits } from '@/lib/http/body'
import { otlpLimits } from '@/lib/telemetry/otlp'
import { claudeCodeBlock } from '@/lib/telemetry/setup'
import { eventsPerRequestMax, readUsageEvents, UsageEvent } from '@/lib/usage/input'
import { rejectionReasons, requestLimits } from '@/lib/usage/request'

const guide = readFileSync('docs/ingest.md', 'utf8')

/** The names in backticks of the first column of a section's tables. */
function namesIn(section: string): string[] {
  const text = guide.split(/^## /m).find((part) => part.startsWith(section)) ?? ''
  return text
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name))
}

test('the schema beside the guide is the one that is parsed by', async () => {
  const schema = z.toJSONSchema(UsageEvent, { io: 'input' })
  await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot('../docs/usage-event.schema.json')
})

describe('the guide for senders', () => {
  test('names every field of a usage event, and no other', () => {
    expect(namesIn('Usage events').sort()).toEqual(Object.keys(UsageEvent.shape).sort())
  })

  test('names every reason for a refusal, and no other', () => {
    expect(namesIn('Why a record is refused')).toEqual([...rejectionReasons])
  })

  test('shows the block that the product shows, and so does the README', () => {
    expect(guide).toContain(claudeCodeBlock('https://outlay.example.com'))
    expect(readFileSync('README.md', 'utf8')).toContain(claudeCodeBlock('http://localhost:3000'))
  })

  test('shows events that are taken', () => {
    const [example] = [...guide.matchAll(/```json\n(\[[\s\S]*?)```/g)].map(([, text = '']) => text)
    const events = readUsageEvents(Buffer.from(example ?? ''), 'json')
    expect(events).toHaveLength(2)
    for (const event of events) expect(event).toHaveProperty('request')
  })

  test.each([
    ['Body, as sent with gzip', `${bodyLimits.compressedBytesMax / 1024 / 1024} MiB`],
    ['Body, inflated or sent without compression', `${bodyLimits.inflatedBytesMax / 1024 / 1024} MiB`],
    ['Usage events in a request', `${eventsPerRequestMax}`],
    ['OTLP records in a request', `${otlpLimits.recordsPerRequestMax}`],
    ['Tokens in one count', `${requestLimits.tokensMax}`],
    ['Cost of one request', `$${requestLimits.costNanosMax / 1_000_000_000n}`],
    ['Latency', `${requestLimits.latencyMsMax / 86_400_000} day`],
    ['Names (model, project, client …)', `${requestLimits.nameLengthMax} characters`],
    ['Ids, sessions, identities', `${requestLimits.keyLengthMax} characters`],
    ['Time', `from the organization's retention to ${requestLimits.futureMsMax / 60_000} minutes ahead`],
  ])('says the limit that holds: %s', (name, limit) => {
    expect(guide).toContain(`| ${name} | ${limit} |`)
  })
})
