import { existsSync } from 'node:fs'
import { defineConfig, devices } from '@playwright/test'

/** Debian's browser, where it is installed; else the one that Playwright brings. */
const systemChromium = '/usr/bin/chromium'

// Workers read this file, too, and must see what the first process chose.
process.env.E2E_PORT ??= '3210'
process.env.E2E_MANIFEST ??= '.data/e2e/demo.json'

const port = Number(process.env.E2E_PORT)

export default defineConfig({
  testDir: '.',
  testMatch: ['e2e/**/*.e2e.ts', 'app/**/*.e2e.ts'],
  outputDir: 'test-results',
  fullyParallel: false,
  workers: 2,
  retries: 0,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list'], ['json', { outputFile: '.data/playwright.json' }]],
  use: {
    ...devices['Desktop Chrome'],
    baseURL: `http://localhost:${port}`,
    // An odd zone: what forgets to name the organization's fails here.
    timezoneId: 'Pacific/Chatham',
    locale: 'en-US',
    trace: 'retain-on-failure',
    launchOptions: {
      ...(existsSync(systemChromium) ? { executablePath: systemChromium } : {}),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  webServer: {
    command: 'node --import tsx --conditions=react-server scripts/e2e-server.ts',
    url: `http://127.0.0.1:${port}/api/health`,
    timeout: 240_000,
    reuseExistingServer: false,
    gracefulShutdown: { signal: 'SIGTERM', timeout: 20_000 },
    stdout: 'pipe',
    stderr: 'pipe',
    env: { E2E_PORT: String(port), E2E_MANIFEST: process.env.E2E_MANIFEST },
  },
})
