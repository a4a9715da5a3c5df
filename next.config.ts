import type { NextConfig } from 'next'

const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  // The database driver and the logger stay outside the bundle: both load files of their own at run time.
  serverExternalPackages: ['postgres', 'pino'],
  experimental: { authInterrupts: true },
  // Pages get their headers from proxy.ts; what it leaves alone, the routes of programs, gets these.
  headers: () => Promise.resolve([{ source: '/api/:path*', headers: [{ key: 'X-Content-Type-Options', value: 'nosniff' }] }]),
  outputFileTracingExcludes: { '*': ['.data/**', 'e2e/**', 'bench/**', 'docs/**'] },
}

export default config
