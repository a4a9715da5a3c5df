import { calcPrice } from '@pydantic/genai-prices'
import { parseDollars } from '@/lib/money'
import type { TokenCounts } from './request'

/** The catalog that estimates come from, stored with every estimate. A test holds it against the installed package. */
export const priceVersion = '@pydantic/genai-prices@0.1.8'

/**
 * Whose catalog is asked for a model that came without a provider: makers only, never a reseller whose price differs. The first that knows
 * the model decides.
 */
const makers = ['anthropic', 'openai', 'google', 'x-ai', 'mistral', 'deepseek']

/** Names that tools use for providers whose catalog has another name. */
const catalogNames: Readonly<Record<string, string>> = {
  bedrock: 'aws',
  vertex: 'google',
  vertex_ai: 'google',
  'google-vertex': 'google',
  gemini: 'google',
  xai: 'x-ai',
  azure_openai: 'azure',
  'azure-openai': 'azure',
}

/**
 * The catalog's price of a request at its time in nano-dollars, rounded once, half away from zero; null when the model is unknown to
 * the catalog: unpriced is never 0. No tokens cost nothing, whatever the model.
 */
export function estimateCost(request: {
  provider: string
  model: string
  tokens: TokenCounts
  occurredAtMs: number
}): bigint | null {
  const { tokens } = request
  const cacheWrites = tokens.cacheWrite5m + tokens.cacheWrite1h
  const input = tokens.uncached + tokens.cacheRead + cacheWrites
  if (input + tokens.output === 0) return 0n
  const provider = request.provider.toLowerCase()
  for (const providerId of provider === '' ? makers : [catalogNames[provider] ?? provider]) {
    const price = calcPrice(
      {
        input_tokens: input,
        cache_read_tokens: tokens.cacheRead,
        cache_write_tokens: cacheWrites,
        cache_write_1h_tokens: tokens.cacheWrite1h,
        output_tokens: tokens.output,
      },
      request.model,
      { providerId, timestamp: new Date(request.occurredAtMs) },
    )
    if (price) return parseDollars(price.total_price)
  }
  return null
}
