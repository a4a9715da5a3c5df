/** What kind of expected failure it is; every kind of door maps each code once. */
export type ErrorCode = 'unauthenticated' | 'forbidden' | 'not_found' | 'invalid' | 'conflict' | 'limit_reached'

/**
 * An expected failure, with a sentence that tells the person what to do next. Anything else that is
 * thrown is a bug. `fields` names the inputs at fault, each with a sentence of its own.
 */
export class AppError extends Error {
  override readonly name = 'AppError'

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly fields: Readonly<Record<string, string>> = {},
  ) {
    super(message)
  }
}

/** Asserts what must hold if the code is right; failing it is a bug, never a person's mistake. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Assertion failed: ${message}`)
}

/** Ends a `switch` over a closed union: a new member that no case handles does not compile. */
export function unreachable(value: never): never {
  throw new Error(`Unreachable: ${String(value)}`)
}
