import { spawn } from 'node:child_process'
import { expect, test } from '@playwright/test'

test('a server killed while tools send loses nothing, counts nothing twice, and its rollups equal its events', async ({}, info) => {
  test.setTimeout(300_000)
  // A server and a database of its own: nobody else's may be killed. `npm run prove -- rounds` plays more of it.
  const rounds = await run(['scripts/prove.ts', 'rounds', '--kills', '1', '--database-kills', '0', '--batches', '8'])
  await info.attach('rounds', { body: rounds.output, contentType: 'text/plain' })
  expect(rounds.output).toContain('Difference: 0')
  expect(rounds.output).toContain('server killed (-9) 1 times')
  expect(rounds.status).toBe(0)
})

function run(args: string[]): Promise<{ status: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=react-server', ...args], {
      env: { ...process.env, NODE_OPTIONS: '' },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    let output = ''
    child.stdout?.on('data', (bytes: Buffer) => (output += bytes.toString()))
    child.stderr?.on('data', (bytes: Buffer) => (output += bytes.toString()))
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, output }))
  })
}
