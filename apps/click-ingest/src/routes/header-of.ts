import type { FastifyRequest } from 'fastify'

/** A header as one string; repeated headers are joined with commas (RFC 9110, section 5.3). */
export function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}
