import type { NextConfig } from 'next'

const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  // The database driver and the logger stay outside the bundle: both load files of their own at run time.
  serverExternalPackages: ['postgres', 'pino'],
  experimental: { authInterrupts: true },
  outputFileTracingExcludes: { '*': ['.data/**', 'e2e/**', 'bench/**', 'docs/**'] },
}

export default config
