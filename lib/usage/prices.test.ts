import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { estimateCost, priceVersion } from './prices'
import { noTokens } from './request'
import type { TokenCounts } from './request'

const numRuns = process.env['PROVE'] ? 3_000 : 200
const occurredAtMs = Date.parse('2026-11-20T12:00:00Z')
const sonnet = { provider: 'anthropic', model: 'claude-sonnet-4-5', occurredAtMs }
const estimate = (tokens: Partial<TokenCounts>, model: Partial<typeof sonnet> = {}) =>
  estimateCost({ ...sonnet, ...model, tokens: { ...noTokens, ...tokens } })

describe('an estimate', () => {
  it('comes to what Claude Code itself reports for the same request, to the nano-dollar', () => {
    expect(estimate({ uncached: 1_234, cacheRead: 5_000, cacheWrite5m: 150, cacheWrite1h: 50, output: 77 })).toBe(7_219_500n)
  })

  it.each<[keyof TokenCounts, bigint]>([
    ['uncached', 300_000_000n],
    ['cacheRead', 30_000_000n],
    ['cacheWrite5m', 375_000_000n],
    ['cacheWrite1h', 600_000_000n],
    ['output', 1_500_000_000n],
  ])('charges 100,000 %s tokens once, at their own price: %d nano-dollars', (name, nanos) =>
    expect(estimate({ [name]: 100_000 })).toBe(nanos),
  )

  it('charges reasoning as the output that it is a part of, not again', () => {
    expect(estimate({ output: 100, reasoning: 100 })).toBe(estimate({ output: 100 }))
  })

  it('of an unknown model is unpriced, never 0', () => {
    for (const model of ['no-such-model', 'qwen3-coder-plus']) {
      expect(estimate({ uncached: 1 }, { provider: 'anthropic', model })).toBeNull()
      expect(estimate({ output: 1 }, { provider: '', model })).toBeNull()
    }
    expect(estimate({ uncached: 1 }, { provider: 'no-such-provider' })).toBeNull()
  })

  it('of a request without tokens is 0, whatever the model', () => {
    expect(estimate({})).toBe(0n)
    expect(estimate({}, { provider: '', model: 'no-such-model' })).toBe(0n)
  })

  it('finds a model without a provider at its maker, at the maker’s price', () => {
    for (const [provider, model] of [
      ['anthropic', 'claude-sonnet-4-5'],
      ['openai', 'gpt-5'],
      ['google', 'gemini-2.5-pro'],
      ['x-ai', 'grok-4'],
      ['deepseek', 'deepseek-chat'],
    ] as const) {
      const named = estimate({ uncached: 1_000, output: 500 }, { provider, model })
      expect(named, model).not.toBeNull()
      expect(estimate({ uncached: 1_000, output: 500 }, { provider: '', model }), model).toBe(named)
    }
  })

  it('knows providers by the names that tools use', () => {
    const gemini = estimate({ output: 500 }, { provider: 'google', model: 'gemini-2.5-pro' })
    for (const provider of ['vertex', 'vertex_ai', 'google-vertex', 'gemini', 'Google']) {
      expect(estimate({ output: 500 }, { provider, model: 'gemini-2.5-pro' }), provider).toBe(gemini)
    }
    expect(estimate({ output: 500 }, { provider: 'xai', model: 'grok-4' })).toBe(
      estimate({ output: 500 }, { provider: 'x-ai', model: 'grok-4' }),
    )
  })

  it('is never negative, and never falls when a request grows', () => {
    const count = fc.nat({ max: 1_000_000 })
    const tokens = fc.record({ uncached: count, cacheRead: count, cacheWrite5m: count, cacheWrite1h: count, output: count })
    const model = fc.constantFrom(
      { provider: 'anthropic', model: 'claude-sonnet-4-5' },
      { provider: 'openai', model: 'gpt-5' },
      { provider: 'google', model: 'gemini-2.5-pro' },
      { provider: '', model: 'claude-opus-4-1' },
    )
    fc.assert(
      fc.property(tokens, tokens, model, (small, more, of) => {
        const large = {
          uncached: small.uncached + more.uncached,
          cacheRead: small.cacheRead + more.cacheRead,
          cacheWrite5m: small.cacheWrite5m + more.cacheWrite5m,
          cacheWrite1h: small.cacheWrite1h + more.cacheWrite1h,
          output: small.output + more.output,
        }
        const [less, most] = [estimate(small, of) ?? -1n, estimate(large, of) ?? -1n]
        expect(less >= 0n && most >= less).toBe(true)
      }),
      { numRuns },
    )
  })
})

it('the stored price version is that of the installed catalog', () => {
  const installed: { name: string; version: string } = JSON.parse(
    readFileSync('node_modules/@pydantic/genai-prices/package.json', 'utf8'),
  )
  expect(priceVersion).toBe(`${installed.name}@${installed.version}`)
})
