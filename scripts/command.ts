import { EmbeddedDatabaseError } from '@/db/embedded'
import { EnvironmentError } from '@/lib/env'
import { AppError } from '@/lib/errors'

/** A command cannot go on, for a reason that one sentence explains. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
}

/** What a running command has: a signal that says when to stop, and a list of what to stop then. */
export type Command = {
  /** Aborted when the person presses Ctrl-C, or when whoever started the command is gone. */
  stopping: AbortSignal
  /** Undoes something when the command ends, the latest first, whether it succeeded or not. */
  onEnd: (undo: () => Promise<void>) => void
}

const forceAfterMs = 1_500
const settleMs = 100
const interruptedCode = 130

/**
 * Runs a command from start to end: stops what it started, in reverse, and exits with its code. Expected failures are
 * printed as their sentence; anything else is a bug and is printed whole.
 */
export async function runCommand(main: (command: Command) => Promise<number | void>): Promise<never> {
  const stopping = new AbortController()
  const undos: (() => Promise<void>)[] = []
  let code = 0

  let askedAt = 0
  const stop = () => {
    // One Ctrl-C arrives several times: from the terminal, from npm, from the wrapper. A later one means it.
    if (askedAt !== 0 && Date.now() - askedAt > forceAfterMs) process.exit(interruptedCode)
    if (askedAt === 0) askedAt = Date.now()
    stopping.abort()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
  process.on('disconnect', stop)
  process.channel?.unref()

  // A step that takes minutes need not know about the signal: what it started is undone under it.
  const interrupted = new Promise<number>((resolve) => {
    stopping.signal.addEventListener('abort', () => setTimeout(() => resolve(interruptedCode), settleMs))
  })
  try {
    code = (await Promise.race([main({ stopping: stopping.signal, onEnd: (undo) => undos.push(undo) }), interrupted])) ?? 0
  } catch (error) {
    code = stopping.signal.aborted ? interruptedCode : 1
    if (!stopping.signal.aborted) report(error)
  }
  for (const undo of undos.toReversed()) {
    try {
      await undo()
    } catch (error) {
      code = 1
      report(error)
    }
  }
  process.exit(code)
}

/** Stops here when the person has asked for the end: between the steps of a long command. */
export function throwIfStopping(stopping: AbortSignal): void {
  if (stopping.aborted) throw new CommandError('Stopped.')
}

function report(error: unknown): void {
  const isExpected =
    error instanceof CommandError ||
    error instanceof EmbeddedDatabaseError ||
    error instanceof EnvironmentError ||
    error instanceof AppError
  console.error(isExpected ? `\n${error.message}` : error)
}

/** Prints the steps of a command, what each is doing, and how long it took. */
export function createProgress(): {
  step: <T>(title: string, work: (say: (line: string) => void) => Promise<T>) => Promise<T>
  say: (line: string) => void
} {
  const say = (line: string) => console.log(`    ${line}`)
  return {
    say,
    step: async (title, work) => {
      const began = performance.now()
      console.log(`  ${title}`)
      const result = await work(say)
      console.log(`  ${title}: done in ${describeSeconds((performance.now() - began) / 1000)}`)
      return result
    },
  }
}

/** Seconds as people say them: `0.4 s`, `12 s`, `2 min 5 s`. */
export function describeSeconds(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  return whole < 120 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`
}
