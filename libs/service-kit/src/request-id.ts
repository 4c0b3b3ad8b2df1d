import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

const pattern = /^[\w-]{1,64}$/

/** The id from `X-Request-Id`, otherwise a new one. It is part of problems, logs and the headers of records. */
export function requestId({ headers }: { headers: IncomingHttpHeaders }): string {
  const given = headers['x-request-id']
  return typeof given === 'string' && pattern.test(given) ? given : randomUUID()
}
