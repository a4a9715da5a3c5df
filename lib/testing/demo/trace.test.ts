import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Random } from './random'
import { drawContext, drawGenerated, tokenTrace } from './trace'

const sum = (values: Uint16Array) => values.reduce((total, value) => total + value, 0)

test('the trace is the published one, row for row', () => {
  const { context, generated } = tokenTrace()
  expect([context.length, generated.length]).toEqual([8_819, 8_819])
  expect([sum(context), sum(generated)]).toEqual([18_059_974, 245_896])
  expect([...context.slice(0, 4)]).toEqual([4_808, 3_180, 110, 7_433])
  expect([...generated.slice(0, 4)]).toEqual([10, 8, 27, 14])
})

test('draws come from the trace alone', () => {
  const random = new Random(1)
  const { context, generated } = tokenTrace()
  for (let draw = 0; draw < 200; draw += 1) {
    expect(context).toContain(drawContext(random, 1))
    expect(generated).toContain(drawGenerated(random, 1))
  }
  expect(drawGenerated(random, 0)).toBe(0)
})

test('its credit and license stand beside it', () => {
  const notice = readFileSync(new URL('./NOTICE', import.meta.url), 'utf8')
  for (const words of ['Azure Public Dataset', 'CC-BY 4.0', 'Patel', 'ISCA 2024', 'Changes']) expect(notice).toContain(words)
})
