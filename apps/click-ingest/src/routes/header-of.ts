import type { FastifyRequest } from 'fastify'

/** A header as one string; a repeated one is joined as HTTP says. */
export function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}
