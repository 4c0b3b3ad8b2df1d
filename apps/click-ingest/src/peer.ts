import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'

const withPort = /^(?:\[(?<v6>.+)\]|(?<v4>[\d.]+))(?::\d+)?$/

/**
 * The client's address: what a trusted proxy says of it, some with its port. Where that is no address, it is the other end of
 * the connection, and an unspecified address once that is gone.
 */
export function peerOf({ ip, socket }: Pick<FastifyRequest, 'ip' | 'socket'>): string {
  if (isIP(ip) !== 0) return ip
  const { v4, v6 } = withPort.exec(ip)?.groups ?? {}
  const bare = v4 ?? v6 ?? ''
  return isIP(bare) !== 0 ? bare : (socket.remoteAddress ?? '0.0.0.0')
}
