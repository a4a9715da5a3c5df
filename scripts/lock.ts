import { readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { runCommand } from './command'

/**
 * `npm run lock`, after an `npm install`: completes package-lock.json. A registry that offers packages for one platform only makes npm leave the
 * others out of the lock file, and `npm ci` then refuses it, on every platform. They are named exactly by the packages that want
 * them, so they can be put in.
 */
const lockPath = 'package-lock.json'

// Read as what npm wrote, so that what isn't touched is written again in the same order.
const Lock = z.record(z.string(), z.unknown())
const Packages = z.record(z.string(), z.unknown())
const Wishes = z.object({ dev: z.boolean().default(false), optionalDependencies: z.record(z.string(), z.string()).default({}) })

const systems = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32']
const processors = ['arm64', 'arm', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64', 'wasm32']

await runCommand(async () => {
  const lock = Lock.parse(JSON.parse(readFileSync(lockPath, 'utf8')))
  const locked = Packages.parse(lock.packages)
  const missing = Object.values(locked).flatMap((entry) => {
    const { dev, optionalDependencies } = Wishes.parse(entry)
    return Object.entries(optionalDependencies)
      .filter(([name, version]) => !(`node_modules/${name}` in locked) && /^\d/.test(version))
      .map(([name, version]) => [`node_modules/${name}`, entryFor(name, version, dev)] as const)
  })
  if (missing.length > 0) {
    const packages = { ...locked, ...Object.fromEntries(missing) }
    const sorted = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, 'en')))
    writeFileSync(lockPath, `${JSON.stringify({ ...lock, packages: sorted }, null, 2)}\n`)
  }
  console.log(`${missing.length} packages for other platforms added to ${lockPath}.`)
})

/** What npm writes of a package for another platform, but for its checksum, which only a registry that has it knows. */
function entryFor(name: string, version: string, isDevelopment: boolean) {
  const parts = name.split(/[/-]/)
  const cpu = processors.find((processor) => parts.includes(processor))
  const os = systems.find((system) => parts.includes(system))
  return {
    version,
    ...(cpu ? { cpu: [cpu] } : {}),
    ...(isDevelopment ? { dev: true } : {}),
    optional: true,
    ...(os ? { os: [os] } : {}),
  }
}
