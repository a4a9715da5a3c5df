/** The variables that make Claude Code send its usage to an Outlay at `address`. */
export function claudeCodeBlock(address: string): string {
  return [
    'export CLAUDE_CODE_ENABLE_TELEMETRY=1',
    'export OTEL_METRICS_EXPORTER=otlp',
    'export OTEL_LOGS_EXPORTER=otlp',
    'export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf',
    `export OTEL_EXPORTER_OTLP_ENDPOINT=${address}/api/otlp`,
    'export OTEL_EXPORTER_OTLP_HEADERS="Authorization=Bearer YOUR_KEY"',
    'export OTEL_RESOURCE_ATTRIBUTES=project=my-project',
  ].join('\n')
}

/** A call that sends one request to an Outlay at `address` as JSON. */
export function usageEventsCall(address: string): string {
  const event = {
    id: 'req-1',
    occurredAt: '2026-11-20T10:00:00Z',
    provider: 'anthropic',
    model: 'claude-sonnet-4-5',
    project: 'my-project',
    uncachedInputTokens: 1234,
    cacheReadTokens: 5000,
    outputTokens: 77,
  }
  return [
    `curl ${address}/api/v1/usage-events \\`,
    `  -H 'Authorization: Bearer YOUR_KEY' \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d '${JSON.stringify([event])}'`,
  ].join('\n')
}
