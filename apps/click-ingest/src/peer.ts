import { isIP } from 'node:net'
import { withoutPort } from '@ads-tracker/service-kit'
import type { FastifyRequest } from 'fastify'

/**
 * The client's address: what a trusted proxy says of it, some with its port. Where that is no address, it is the other end of
 * the connection, and an unspecified address once that is gone.
 */
export function peerOf({ ip, socket }: Pick<FastifyRequest, 'ip' | 'socket'>): string {
  const bare = withoutPort(ip)
  return isIP(bare) !== 0 ? bare : (socket.remoteAddress ?? '0.0.0.0')
}
