import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

const pattern = /^[\w-]{1,64}$/

/** The id that the client gave its request in `X-Request-Id`, else a new one. It goes into problems, logs and Kafka. */
export function requestId({ headers }: { headers: IncomingHttpHeaders }): string {
  const given = headers['x-request-id']
  return typeof given === 'string' && pattern.test(given) ? given : randomUUID()
}
