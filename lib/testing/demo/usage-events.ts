import type { DemoRequest, DemoSession } from './conversation'
import { sessionIdOf } from './otlp'
import type { DemoPerson } from './plan'

/**
 * One session as lines of newline-delimited JSON for `POST /api/v1/usage-events`: what an importer reads from a tool's local log.
 * Codex and Gemini CLI name no request, OpenCode does.
 */
export function encodeLines(person: DemoPerson, session: DemoSession): string {
  const id = sessionIdOf(session)
  const constant = {
    tool: session.tool,
    session: id,
    client: session.client,
    clientVersion: session.version,
    ...(session.project ? { project: session.project.name } : {}),
    ...(session.language === '' ? {} : { language: session.language }),
    ...(person.isOnOrganizationKey && person.email !== null ? { userEmail: person.email } : {}),
  }
  const start = JSON.stringify(constant).slice(0, -1)
  let lines = ''
  session.requests.forEach((request, index) => {
    const name = session.tool === 'opencode' ? `,"id":"${id}/${index}"` : ''
    lines += `${start}${name},${fieldsOf(request)}}\n`
  })
  return lines
}

function fieldsOf(request: DemoRequest): string {
  const common = `"occurredAt":${request.atMs},"model":"${request.model}","provider":"${request.provider}","latencyMs":${request.durationMs}`
  if (request.failure !== 0) return `${common},"outcome":"failed"`
  const tokens = `"uncachedInputTokens":${request.uncached},"cacheReadTokens":${request.cacheRead},"outputTokens":${request.output},"reasoningTokens":${request.reasoning}`
  return `${common},${tokens},"ttftMs":${request.ttftMs}`
}
