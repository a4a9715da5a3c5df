import { readFileSync } from 'node:fs'
import type { Random } from './random'

/**
 * Token counts of real requests to a code model (8,819 rows; `NOTICE` holds their source, license and credit). Each of the
 * trace's requests is one completion; a request of a coding agent reads and writes several such pieces, so the demo adds
 * up draws from here instead of inventing sizes.
 */
export type TokenTrace = { readonly context: Uint16Array; readonly generated: Uint16Array }

let loaded: TokenTrace | null = null

/** The trace, read once. */
export function tokenTrace(): TokenTrace {
  loaded ??= parseTrace(readFileSync(new URL('./azure-code-trace.csv', import.meta.url), 'utf8'))
  return loaded
}

/** The sum of so many draws of what a completion was given to read. */
export function drawContext(random: Random, pieces: number): number {
  return drawSum(random, tokenTrace().context, pieces)
}

/** The sum of so many draws of what a completion wrote. */
export function drawGenerated(random: Random, pieces: number): number {
  return drawSum(random, tokenTrace().generated, pieces)
}

function drawSum(random: Random, sizes: Uint16Array, pieces: number): number {
  let sum = 0
  for (let piece = 0; piece < pieces; piece += 1) sum += sizes[random.below(sizes.length)] ?? 0
  return sum
}

function parseTrace(text: string): TokenTrace {
  const rows = text.trimEnd().split('\n').slice(1)
  const trace = { context: new Uint16Array(rows.length), generated: new Uint16Array(rows.length) }
  rows.forEach((row, index) => {
    const [context = '', generated = ''] = row.split(',')
    trace.context[index] = Number(context)
    trace.generated[index] = Number(generated)
  })
  return trace
}
