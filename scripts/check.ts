import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { CommandError, runCommand, throwIfStopping } from './command'

/**
 * `npm run check`: everything that must hold before a change is done. There is no warnings level: a step passes or fails. All steps
 * run, two at a time, and what failed prints its output. Named steps (`npm run check -- lint floors`) run alone.
 *
 * The outcome is written to `.data/check.json` as `CheckResult`, for whatever counts: a step is one pass or one failure, the tests
 * count one by one.
 */
type StepName = 'types' | 'lint' | 'format' | 'floors' | 'vocabulary' | 'documents' | 'dead code' | 'tests'
type Program = readonly string[]
type StepResult = { name: StepName; passed: number; failed: number; skipped: number; seconds: number }
type CheckResult = { steps: StepResult[]; passed: number; failed: number }

const resultPath = '.data/check.json'
const testReportPath = '.data/vitest.json'

const next = 'node_modules/next/dist/bin/next'
const tsc = 'node_modules/typescript/bin/tsc'
const eslint = 'node_modules/eslint/bin/eslint.js'
const prettier = 'node_modules/prettier/bin/prettier.cjs'
const knip = 'node_modules/knip/bin/knip.js'
const vitest = 'node_modules/vitest/vitest.mjs'

const programs: Record<StepName, readonly Program[]> = {
  // Next.js writes the types of the routes first: a clean checkout has none. Those that `npm run dev` left are another set.
  types: [
    [next, 'typegen'],
    [tsc, '--noEmit', '--pretty', 'false', '--project', 'tsconfig.check.json'],
  ],
  lint: [[eslint, '.', '--max-warnings', '0']],
  format: [[prettier, '--check', '--log-level', 'warn', '.']],
  floors: [['--import', 'tsx', 'scripts/check-floors.ts']],
  vocabulary: [['--import', 'tsx', 'scripts/check-vocabulary.ts']],
  documents: [['--import', 'tsx', 'scripts/check-documents.ts']],
  'dead code': [[knip, '--no-progress', '--treat-config-hints-as-errors']],
  tests: [[vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${testReportPath}`]],
}

/** Two lanes at a time, as on the smallest machine; the tests come last and have it to themselves. */
const lanes: readonly (readonly StepName[])[] = [
  ['types', 'lint'],
  ['format', 'floors', 'vocabulary', 'documents', 'dead code'],
]

const testReport = z.object({ numPassedTests: z.number(), numFailedTests: z.number(), numPendingTests: z.number() })

await runCommand(async (command) => {
  const named = process.argv.slice(2)
  const known = Object.keys(programs)
  const unknown = named.filter((name) => !known.includes(name))
  if (unknown.length > 0) throw new CommandError(`There is no step ${unknown.join(', ')}. The steps: ${known.join(', ')}.`)
  const isWanted = (name: StepName) => named.length === 0 || named.includes(name)
  mkdirSync('.data', { recursive: true })
  rmSync(resultPath, { force: true })
  const inLanes = await Promise.all(lanes.map((lane) => runInTurn(lane.filter(isWanted), command.stopping)))
  const steps = [...inLanes.flat(), ...(await runInTurn(isWanted('tests') ? ['tests'] : [], command.stopping))]
  const result: CheckResult = {
    steps,
    passed: steps.reduce((sum, step) => sum + step.passed, 0),
    failed: steps.reduce((sum, step) => sum + step.failed, 0),
  }
  writeFileSync(resultPath, `${JSON.stringify(result, null, 2)}\n`)
  const broken = steps.filter((step) => step.failed > 0).map((step) => step.name)
  console.log(
    broken.length === 0
      ? `Check passed: ${steps.length} steps, ${result.passed} passed, 0 failed`
      : `Check failed in ${broken.join(', ')}: ${result.passed} passed, ${result.failed} failed`,
  )
  return broken.length === 0 ? 0 : 1
})

async function runInTurn(names: readonly StepName[], stopping: AbortSignal): Promise<StepResult[]> {
  const results: StepResult[] = []
  for (const name of names) {
    throwIfStopping(stopping)
    results.push(await runStep(name, stopping))
  }
  return results
}

async function runStep(name: StepName, stopping: AbortSignal): Promise<StepResult> {
  const startedAtMs = performance.now()
  let hasPassed = true
  let output = ''
  for (const program of programs[name]) {
    const answer = await runProgram(program, { isShown: name === 'tests', stopping })
    output += answer.output
    hasPassed = answer.exitCode === 0
    if (!hasPassed) break
  }
  const counts = name === 'tests' ? countTests(hasPassed) : { passed: hasPassed ? 1 : 0, failed: hasPassed ? 0 : 1, skipped: 0 }
  const seconds = Math.round((performance.now() - startedAtMs) / 100) / 10
  const detail =
    name === 'tests' ? ` · ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped` : lastLine(output)
  console.log(
    `${hasPassed ? '✓' : '✗'} ${name.padEnd(10)} ${seconds.toFixed(1).padStart(6)} s${hasPassed || name === 'tests' ? detail : ''}`,
  )
  if (!hasPassed && name !== 'tests') console.log(indent(output))
  return { name, ...counts, seconds }
}

/** The counts of the tests' own report. A run that ended badly without a failed test (a file that does not load) is one failure. */
function countTests(hasPassed: boolean): { passed: number; failed: number; skipped: number } {
  try {
    const report = testReport.parse(JSON.parse(readFileSync(testReportPath, 'utf8')))
    const failed = hasPassed ? report.numFailedTests : Math.max(report.numFailedTests, 1)
    return { passed: report.numPassedTests, failed, skipped: report.numPendingTests }
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }
  }
}

function runProgram(
  program: Program,
  { isShown, stopping }: { isShown: boolean; stopping: AbortSignal },
): Promise<{ exitCode: number; output: string }> {
  // A report of an earlier run must not speak for this one.
  if (isShown) rmSync(testReportPath, { force: true })
  const output = isShown ? 'inherit' : 'pipe'
  return new Promise((resolve) => {
    const child = spawn(process.execPath, program, { stdio: ['ignore', output, output] })
    const stop = () => child.kill('SIGTERM')
    stopping.addEventListener('abort', stop)
    let text = ''
    const collect = (chunk: Buffer) => {
      text += chunk.toString()
    }
    child.stdout?.on('data', collect)
    child.stderr?.on('data', collect)
    child.on('error', (error) => resolve({ exitCode: 1, output: `${text}${error.message}\n` }))
    child.on('close', (exitCode) => {
      stopping.removeEventListener('abort', stop)
      resolve({ exitCode: exitCode ?? 1, output: text })
    })
  })
}

/** The last line of a step of our own says how much it saw. */
function lastLine(output: string): string {
  const line = output.trim().split('\n').at(-1) ?? ''
  return /^\d+ (?:modules|files|documents)\b/.test(line) ? ` · ${line}` : ''
}

function indent(output: string): string {
  return output
    .trimEnd()
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n')
}
