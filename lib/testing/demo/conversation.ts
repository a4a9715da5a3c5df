import type { Client } from './habits'
import { claudePriceOf, type Tool } from './models'
import type { Project } from './organizations'
import type { DemoOrganization, DemoPerson, DemoPlan, Outage } from './plan'
import type { Random } from './random'

/** Why a request was made: by the person's conversation, by a helper of it, or for a title and the like. */
export type Purpose = 'main' | 'subagent' | 'auxiliary'

/** One request of the demo, before it takes the shape in which its tool would have sent it. */
export type DemoRequest = {
  atMs: number
  model: string
  provider: string
  purpose: Purpose
  /** The HTTP status of a failure; 0 for a success. */
  failure: number
  uncached: number
  cacheRead: number
  cacheWrite5m: number
  cacheWrite1h: number
  output: number
  reasoning: number
  /** What the tool says that it cost; null when it says nothing. */
  costNanos: number | null
  durationMs: number
  ttftMs: number
}

/** Someone's work with one tool in one go. */
export type DemoSession = {
  tool: Tool
  client: Client
  version: string
  project: Project | null
  language: string
  /** Four words of randomness, from which its ids are made. */
  entropy: readonly [number, number, number, number]
  requests: DemoRequest[]
}

/** Where and when a session takes place. */
export type Situation = {
  plan: DemoPlan
  organization: DemoOrganization
  person: DemoPerson
  random: Random
  agoDays: number
  startMs: number
  endMs: number
}

type Sizes = {
  model: string
  provider: string
  purpose: Purpose
  uncached: number
  cacheRead: number
  cacheWrite: number
  output: number
  reasoning?: number
}

/** The clock of a session: each request takes its time, fails now and then, and nothing happens after the day or the present. */
export class Conversation {
  isOver = false
  private atMs: number
  private failuresInARow = 0

  constructor(
    private readonly situation: Situation,
    private readonly session: DemoSession,
  ) {
    this.atMs = Math.round(situation.startMs)
  }

  /** Makes one request, and once more when the first try failed and the person has patience left. */
  request(sizes: Sizes): void {
    const { plan, random } = this.situation
    const isDown = outageAt(plan, sizes.provider, this.atMs) !== null
    if (random.chance(isDown ? 0.72 : 0.005)) {
      this.fail(sizes, isDown)
      if (this.failuresInARow >= 3) this.isOver = true
      return
    }
    this.failuresInARow = 0
    this.succeed(sizes)
  }

  private succeed({ model, provider, purpose, uncached, cacheRead, cacheWrite, output, reasoning = 0 }: Sizes): void {
    const { random, person, agoDays } = this.situation
    const ttftMs = Math.round(random.logNormal(420 + (uncached + cacheWrite) / 14 + cacheRead / 160, 0.35))
    const durationMs = ttftMs + Math.round(output * random.logNormal(purpose === 'main' ? 15 : 7, 0.25))
    const cacheWrite1h = person.habit.hasLongCache && purpose === 'main' ? cacheWrite : 0
    const cacheWrite5m = cacheWrite - cacheWrite1h
    const price = this.session.tool === 'claude-code' ? claudePriceOf(model, agoDays) : null
    const costNanos = price
      ? uncached * price.uncached +
        cacheRead * price.cacheRead +
        cacheWrite5m * price.cacheWrite5m +
        cacheWrite1h * price.cacheWrite1h +
        output * price.output
      : null
    this.add({
      atMs: 0,
      model,
      provider,
      purpose,
      failure: 0,
      uncached,
      cacheRead,
      cacheWrite5m,
      cacheWrite1h,
      output,
      reasoning,
      costNanos,
      durationMs,
      ttftMs,
    })
    this.atMs += durationMs + Math.round(random.logNormal(purpose === 'main' ? 21_000 : 900, 1.1))
  }

  private fail({ model, provider, purpose }: Sizes, isDown: boolean): void {
    const { random } = this.situation
    const failure = isDown ? random.pick([529, 529, 529, 500, 503]) : random.pick([529, 429, 500, 408])
    const durationMs = Math.round(random.logNormal(failure === 408 ? 60_000 : 1_400, 0.6))
    this.add({
      atMs: 0,
      model,
      provider,
      purpose,
      failure,
      uncached: 0,
      cacheRead: 0,
      cacheWrite5m: 0,
      cacheWrite1h: 0,
      output: 0,
      reasoning: 0,
      costNanos: null,
      durationMs,
      ttftMs: 0,
    })
    this.failuresInARow += 1
    this.atMs += durationMs + Math.round(random.logNormal(8_000 * this.failuresInARow, 0.7))
  }

  private add(request: DemoRequest): void {
    // Tools write a record when the answer is there.
    const atMs = this.atMs + request.durationMs
    if (atMs >= this.situation.endMs) {
      this.isOver = true
      return
    }
    request.atMs = atMs
    this.session.requests.push(request)
  }
}

/** The outage of a provider at an instant, if there is one. */
export function outageAt(plan: DemoPlan, provider: string, atMs: number): Outage | null {
  return plan.outages.find((outage) => outage.provider === provider && outage.startMs <= atMs && atMs < outage.endMs) ?? null
}
