import { expect, test } from 'vitest'
import { findBrokenReferences } from './documents'

const nameable = {
  paths: [
    'README.md',
    'compose.yaml',
    'app/(auth)/sign-in/page.tsx',
    'app/[org]/usage/page.tsx',
    'app/api/otlp/v1/logs/route.ts',
    'app/api/otlp/v1/traces/route.ts',
    'lib/usage/README.md',
    'lib/usage/measures.ts',
    'docs/ingest.md',
    'docs/decisions/001-stack.md',
  ],
  scripts: ['demo', 'test'],
}

const broken = (text: string, path = 'README.md') =>
  findBrokenReferences({ path, text }, nameable).map(({ reference, line }) => `${line} ${reference}`)

test.each([
  'The measures are in `lib/usage/measures.ts`, a noun in `lib/usage/`.',
  'Import `@/lib/usage/measures.ts`; all of `lib/usage/*.ts`; line `lib/usage/measures.ts:12`.',
  'A file by its own name, `measures.ts`, or the end of its path, `usage/measures.ts`.',
  'The routes `/api/otlp/v1/{logs,traces}` and `/api/otlp/v1/logs`, the page `/[org]/usage`.',
  'Start it with `npm run demo`, try it with `npm test`.',
  'What the demo writes: `.data/demo.json`, `.next/`, `.env`.',
  'No paths at all: `next/navigation`, `provider/model`, `lib/<noun>/`, `~/.claude/settings.json`, `n / m`.',
  '[Ingest](docs/ingest.md#limits), [the web](https://example.com), [below](#below).',
  '```\nlib/nowhere.ts and `lib/nowhere.ts` in a block of code\n```',
])('%s', (text) => {
  expect(broken(text)).toEqual([])
})

test.each([
  ['Gone: `lib/usage/gone.ts`.', ['1 lib/usage/gone.ts']],
  ['\nGone: `lib/gone/`.', ['2 lib/gone/']],
  ['Gone: `gone.ts`, `docs/{ingest,gone}s.md`.', ['1 gone.ts', '1 docs/{ingest,gone}s.md']],
  ['Gone: `Dockerfile/gone.yaml`.', ['1 Dockerfile/gone.yaml']],
  ['Gone: `/api/otlp/v1/metrics`, `/[org]/billing`.', ['1 /api/otlp/v1/metrics', '1 /[org]/billing']],
  ['Gone: [here](docs/gone.md).', ['1 docs/gone.md']],
  ['Run `npm run gone`.', ['1 npm run gone']],
  ['```\nnpm run gone -- --now\n```', ['2 npm run gone']],
  ['npm start', ['1 npm run start']],
])('%s is found', (text, expected) => {
  expect(broken(text)).toEqual(expected)
})

test('paths and links are read from the folder of the document as well', () => {
  expect(broken('[Decision](decisions/001-stack.md), `ingest.md`, [up](../README.md)', 'docs/ingest.md')).toEqual([])
  expect(broken('[Decision](001-stack.md)', 'docs/ingest.md')).toEqual(['1 001-stack.md'])
})
