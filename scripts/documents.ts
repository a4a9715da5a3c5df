/** A document of the project, by its path below the root. */
export type ProjectDocument = { path: string; text: string }

/** What documents may name: every path of the project, and the entries under `scripts` in package.json. */
export type Nameable = { paths: readonly string[]; scripts: readonly string[] }

/** A name in a document that nothing answers to. */
export type BrokenReference = { path: string; line: number; reference: string; why: string }

/** Made by tools or by a person on their machine, and so in no commit. */
const unversioned =
  /^(?:\.data|\.next|node_modules|test-results|playwright-report|coverage)(?:\/|$)|^\.env(?:\.local)?$|^next-env\.d\.ts$/

const fileName = /^\.?[\w-]+(?:\.[\w-]+)*\.(?:tsx?|mjs|cjs|js|md|jsonc?|ya?ml|sql|csv|css)$/

/**
 * Everything in a document that names what isn't there: paths in backticks, the targets of links, routes of the API and pages in
 * backticks, and npm scripts, in prose and in code blocks alike.
 */
export function findBrokenReferences(document: ProjectDocument, nameable: Nameable): BrokenReference[] {
  const broken: BrokenReference[] = []
  let isFenced = false
  for (const [index, text] of document.text.split('\n').entries()) {
    const report = (reference: string, why: string) => broken.push({ path: document.path, line: index + 1, reference, why })
    if (/^\s*(?:```|~~~)/.test(text)) {
      isFenced = !isFenced
      continue
    }
    for (const script of scriptsIn(text)) {
      if (!nameable.scripts.includes(script)) report(`npm run ${script}`, 'no such script in package.json')
    }
    if (isFenced) continue
    for (const [, code = ''] of text.matchAll(/`([^`]+)`/g)) {
      const why = whyBroken(code.trim(), document.path, nameable)
      if (why !== null) report(code, why)
    }
    for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^(?:[a-z]+:|#)/.test(target)) continue
      const path = resolvePath(folderOf(document.path), target.replace(/#.*$/, ''))
      if (!exists(path, nameable.paths)) report(target, 'the link leads nowhere')
    }
  }
  return broken
}

function scriptsIn(text: string): string[] {
  const named = [...text.matchAll(/\bnpm run ([a-z][\w:-]*)/g)].map(([, script = '']) => script)
  const short = [...text.matchAll(/\bnpm (test|start)\b/g)].map(([, script = '']) => script)
  return [...named, ...short]
}

function whyBroken(code: string, from: string, nameable: Nameable): string | null {
  if (/\s|[<>…$]|\.\.\.|:\/\//.test(code)) return null
  if (/^\/(?:api\/|\[org\])/.test(code)) {
    return routes(nameable.paths).some((route) => toPattern(code.replace(/\/$/, '')).test(route)) ? null : 'no such route in app/'
  }
  const path = code.replace(/^@\//, '').replace(/^\.\//, '').replace(/:\d+$/, '').replace(/\/$/, '')
  if (path === '' || path.startsWith('/') || path.startsWith('~') || unversioned.test(path)) return null
  const isBelowTheRoot = nameable.paths.some((known) => known.startsWith(`${path.split('/')[0]}/`))
  const isPath = path.includes('/') ? isBelowTheRoot || fileName.test(path.split('/').at(-1) ?? '') : fileName.test(path)
  if (!isPath) return null
  const isThere =
    exists(path, nameable.paths) ||
    exists(resolvePath(folderOf(from), path), nameable.paths) ||
    nameable.paths.some((known) => known.endsWith(`/${path}`))
  return isThere ? null : 'no such file or folder'
}

/** The addresses that the files under `app/` answer, without the folders that are only groups. */
function routes(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    const match = /^app((?:\/.*)?)\/(?:page\.tsx|route\.ts)$/.exec(path)
    return match ? [(match[1] ?? '').replace(/\/\([^)]+\)/g, '') || '/'] : []
  })
}

function exists(path: string, paths: readonly string[]): boolean {
  const pattern = toPattern(path)
  const within = toPattern(`${path}/**`)
  return paths.some((known) => pattern.test(known) || within.test(known))
}

/** A path as a pattern: `{a,b}` is either, `*` is any name, `**` anything below; all else is meant literally. */
function toPattern(path: string): RegExp {
  const source = path
    .split(/(\{[^}]*\}|\*\*|\*)/)
    .map((part) => {
      if (part === '**') return '.+'
      if (part === '*') return '[^/]*'
      if (part.startsWith('{')) return `(?:${part.slice(1, -1).split(',').map(escape).join('|')})`
      return escape(part)
    })
    .join('')
  return new RegExp(`^${source}$`)
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
}

function folderOf(path: string): string {
  return path.split('/').slice(0, -1).join('/')
}

function resolvePath(folder: string, target: string): string {
  const parts = folder === '' ? [] : folder.split('/')
  for (const part of target.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.' && part !== '') parts.push(part)
  }
  return parts.join('/')
}
