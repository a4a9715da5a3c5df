import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { CommandError, runCommand } from './command'
import type { Command } from './command'
import { playFaultRounds } from './fault-rounds'

/**
 * The long laws: the same tests as in `npm run check`, with seeds and rounds in full counts, and the fault rounds against the built product.
 * Names choose among them, as in `npm run prove -- faults`; `rounds` alone plays only the rounds, as short as its options say.
 */
await runCommand(async (command) => {
  const [name, ...rest] = process.argv.slice(2)
  if (name === 'rounds') return (await playFaultRounds(command, readRounds(rest))) ? 0 : 1
  const code = await runTests(command, process.argv.slice(2))
  const isWhole = name === undefined || process.argv.slice(2).includes('faults')
  if (code !== 0 || !isWhole) return code
  return (await playFaultRounds(command, readRounds([]))) ? 0 : 1
})

function runTests(command: Command, args: string[]): Promise<number> {
  const child = spawn(process.execPath, [join('node_modules', 'vitest', 'vitest.mjs'), 'run', ...args], {
    env: { ...process.env, PROVE: '1' },
    stdio: 'inherit',
  })
  command.stopping.addEventListener('abort', () => child.kill('SIGTERM'))
  return new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}

function readRounds(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      seed: { type: 'string', default: '1' },
      kills: { type: 'string', default: '5' },
      'database-kills': { type: 'string', default: '3' },
      batches: { type: 'string', default: '60' },
    },
  })
  const numberOf = (name: keyof typeof values) => {
    const number = Number(values[name])
    if (Number.isInteger(number) && number >= 0) return number
    throw new CommandError(`--${name} must be a whole number.`)
  }
  return {
    seed: numberOf('seed'),
    kills: numberOf('kills'),
    databaseKills: numberOf('database-kills'),
    batchesPerConnection: numberOf('batches'),
  }
}
