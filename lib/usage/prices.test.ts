import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { estimateCost, priceVersion } from './prices'
import { noTokens } from './request'
import type { TokenCounts } from './request'

const occurredAtMs = Date.parse('2026-11-20T10:00:00Z')

const cost = (model: string, tokens: Partial<TokenCounts>, provider = 'anthropic') =>
  estimateCost({ provider, model, tokens: { ...noTokens, ...tokens }, occurredAtMs })

describe('an estimate', () => {
  it('is what the tool itself reports, to the nano-dollar', () => {
    // Claude Code 2.1.328 sent cost_usd 0.0072195 with these counts.
    const tokens = { uncached: 1234, cacheRead: 5000, cacheWrite5m: 150, cacheWrite1h: 50, output: 77 }
    expect(cost('claude-sonnet-4-5', tokens)).toBe(7_219_500n)
  })

  it('charges each kind of token at its own price, and reasoning as the part of output that it is', () => {
    // $3 a million of input, 0.1, 1.25 and 2 times that for the cache, $15 a million of output.
    expect(cost('claude-sonnet-4-5', { uncached: 1 })).toBe(3_000n)
    expect(cost('claude-sonnet-4-5', { cacheRead: 1 })).toBe(300n)
    expect(cost('claude-sonnet-4-5', { cacheWrite5m: 1 })).toBe(3_750n)
    expect(cost('claude-sonnet-4-5', { cacheWrite1h: 1 })).toBe(6_000n)
    expect(cost('claude-sonnet-4-5', { output: 1 })).toBe(15_000n)
    expect(cost('claude-sonnet-4-5', { output: 1, reasoning: 1 })).toBe(15_000n)
  })

  it('of a model that nobody knows is none, never zero', () => {
    expect(cost('kite-mini-3b', { output: 1 })).toBeNull()
    expect(cost('kite-mini-3b', { output: 1 }, '')).toBeNull()
    expect(cost('claude-sonnet-4-5', { output: 1 }, 'a-provider-of-our-own')).toBeNull()
  })

  it('of nothing is nothing, whatever the model', () => {
    expect(cost('kite-mini-3b', {})).toBe(0n)
  })

  it('of a model without a provider is its maker’s', () => {
    expect(cost('claude-sonnet-4-5', { uncached: 1 }, '')).toBe(3_000n)
    expect(cost('gpt-5', { output: 1 }, '')).toBe(cost('gpt-5', { output: 1 }, 'openai'))
  })

  it('knows a provider by the names that tools give it', () => {
    expect(cost('gemini-2.5-pro', { output: 1 }, 'Vertex')).toBe(cost('gemini-2.5-pro', { output: 1 }, 'google'))
    expect(cost('gemini-2.5-pro', { output: 1 }, 'google')).not.toBeNull()
  })

  it('says which catalog it is from: the one that is installed', () => {
    const lock = z.object({ packages: z.record(z.string(), z.object({ version: z.string().optional() })) })
    const { packages } = lock.parse(JSON.parse(readFileSync('package-lock.json', 'utf8')))
    expect(priceVersion).toBe(`@pydantic/genai-prices@${packages['node_modules/@pydantic/genai-prices']?.version}`)
  })
})
