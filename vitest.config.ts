import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: {
    alias: {
      '@': fileURLToPath(new URL('.', import.meta.url)),
      // `server-only` throws outside a server component; tests and scripts are servers too.
      'server-only': fileURLToPath(new URL('./lib/testing/server-only.ts', import.meta.url)),
    },
  },
  test: {
    include: ['{app,components,db,lib,scripts,cli,bench}/**/*.test.{ts,tsx}', 'proxy.test.ts'],
    // An odd zone: what forgets to name its zone fails here first.
    env: { TZ: 'Pacific/Chatham', NODE_ENV: 'test' },
    globalSetup: ['./lib/testing/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
})
