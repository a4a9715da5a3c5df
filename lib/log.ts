import pino from 'pino'

const levels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']

/**
 * The one log: a JSON line per entry on standard output. It must work while the environment is still wrong, so it reads
 * its level by itself. Never log a body, a key or a prompt; what slips in under these names is struck out.
 */
export const log = pino({
  name: 'outlay',
  level: levels.find((level) => level === process.env.LOG_LEVEL) ?? (process.env.NODE_ENV === 'test' ? 'silent' : 'info'),
  timestamp: pino.stdTimeFunctions.isoTime,
  base: { name: 'outlay', pid: process.pid },
  redact: {
    paths: [
      'authorization',
      'cookie',
      'password',
      'secret',
      'token',
      'ingestKey',
      '*.authorization',
      '*.cookie',
      '*.password',
      '*.secret',
      '*.token',
      '*.ingestKey',
      'headers.authorization',
      'headers.cookie',
      'request.headers.authorization',
      'request.headers.cookie',
    ],
    censor: '[struck out]',
  },
})
