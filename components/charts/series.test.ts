import { describe, expect, test } from 'vitest'
import { type ChartData, colorsOf, formatTick, formatValue, rowsOf, summaryOf, totalOf } from './series'

const models = ['anthropic/claude-sonnet-4.5', 'openai/gpt-5.1-codex', 'google/gemini-2.5-pro', 'x-ai/grok-code-fast-1']

const data: ChartData = {
  unit: 'money',
  isStacked: true,
  buckets: [
    { label: '18 Nov', longLabel: 'Wed 18 Nov', isOpen: false },
    { label: '19 Nov', longLabel: 'Thu 19 Nov', isOpen: false },
    { label: '20 Nov', longLabel: 'Fri 20 Nov', isOpen: true },
  ],
  series: [
    { name: 'claude-sonnet-4.5', values: [3e9, 5e9, 1e9] },
    { name: 'Other', values: [1e9, 0, 0] },
  ],
}

describe('colors', () => {
  test('no two series share one, and the rest is gray', () => {
    const colors = colorsOf([...models, 'Other'])
    expect(new Set(colors).size).toBe(5)
    expect(colors.at(-1)).toBe('slate')
  })

  test('the models that are most used together today each get the color that they ask for', () => {
    const today = [
      'anthropic/claude-sonnet-5',
      'anthropic/claude-opus-5-5',
      'openai/gpt-5.6-terra',
      'gemini-3.1-pro-preview',
      'claude-haiku-4-5',
    ]
    expect(colorsOf(today)).toEqual(['indigo', 'cyan', 'amber', 'emerald', 'rose'])
    expect(colorsOf([...today].reverse())).toEqual(['rose', 'emerald', 'amber', 'cyan', 'indigo'])
  })

  test('a series alone has the first color, and more than there are colors stay drawable', () => {
    expect(colorsOf(['anything'])).toEqual(['indigo'])
    expect(colorsOf(['a', 'b', 'c', 'd', 'e', 'f', 'g'])).toHaveLength(7)
  })
})

describe('rows', () => {
  test('there is one per bucket, keyed by place, so that dots in a name are harmless', () => {
    expect(rowsOf(data)[0]).toEqual({ label: '18 Nov', bucket: 0, s0: 3e9, s1: 1e9 })
    expect(rowsOf(data)).toHaveLength(3)
    expect(totalOf(data.series, 0)).toBe(4e9)
  })

  test('a series that is too short is drawn as zero', () => {
    expect(rowsOf({ ...data, series: [{ name: 'short', values: [1] }] })[2]).toMatchObject({ s0: 0 })
  })
})

describe('text', () => {
  test('the summary names the extremes of what is over, and says what is not', () => {
    expect(summaryOf(data)).toBe(
      'Wed 18 Nov to Fri 20 Nov. Highest: Thu 19 Nov with $5.00. Lowest: Wed 18 Nov with $4.00. In all: claude-sonnet-4.5 $9.00, Other $1.00. Fri 20 Nov is not over yet.',
    )
  })

  test('nothing is summed up as nothing', () => {
    expect(summaryOf({ ...data, series: [{ name: 'a', values: [0, 0, 0] }] })).toBeNull()
    expect(summaryOf({ ...data, buckets: [], series: [] })).toBeNull()
  })

  test('values and ticks carry their unit', () => {
    expect([formatValue(1.5e9, 'money'), formatValue(68_140_000, 'tokens'), formatValue(48_210, 'count')]).toEqual([
      '$1.50',
      '68.1\u00a0M',
      '48,210',
    ])
    expect([
      formatTick(80e9, 'money'),
      formatTick(2_000_000_000, 'tokens'),
      formatTick(20_000, 'count'),
      formatTick(45, 'count'),
    ]).toEqual(['$80', '2\u00a0B', '20\u00a0K', '45'])
  })
})
