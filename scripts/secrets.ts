import { randomBytes } from 'node:crypto'
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { CommandError } from './command'

const secretText = z.string().min(32)

/** What the demo and development need that must stay the same from one start to the next, and secret. */
export const Secrets = z.object({
  nextAuthSecret: secretText,
  cronSecret: secretText,
  oidcClientSecret: secretText,
  demoKeySecret: secretText,
})
export type Secrets = z.infer<typeof Secrets>

/** The secrets of this folder's demo, made at the first call; one that a newer version needs is added. */
export async function getSecrets(): Promise<Secrets> {
  const path = join('.data', 'secrets.json')
  const text = await readFile(path, 'utf8').catch(() => null)
  const known = Secrets.partial().safeParse(text === null ? {} : parseJson(text))
  if (!known.success) throw new CommandError(`${path} is damaged: remove it, and everybody signs in anew.`)
  const secret = () => randomBytes(32).toString('base64url')
  const made: Secrets = {
    nextAuthSecret: secret(),
    cronSecret: secret(),
    oidcClientSecret: secret(),
    demoKeySecret: secret(),
    ...known.data,
  }
  await writePrivateFile(path, `${JSON.stringify(made, null, 2)}\n`)
  return made
}

/** Writes a file whole or not at all, readable by its owner only. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const unfinished = `${path}.${process.pid}`
  await mkdir(dirname(path), { recursive: true })
  await writeFile(unfinished, text, { mode: 0o600 })
  await chmod(unfinished, 0o600)
  await rename(unfinished, path)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
