import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { withoutPort } from './trust-proxy.ts'

/**
 * The client's address: what a trusted proxy says of it, some with its port. Where that is no address, it is the other end of
 * the connection, and an unspecified address once that is gone.
 */
export function peerOf({ ip, socket }: Pick<FastifyRequest, 'ip' | 'socket'>): string {
  const bare = withoutPort(ip)
  return isIP(bare) !== 0 ? bare : (socket.remoteAddress ?? '0.0.0.0')
}
