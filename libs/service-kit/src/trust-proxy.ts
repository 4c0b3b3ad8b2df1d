import { isIP } from 'node:net'
import proxyAddr from '@fastify/proxy-addr'

const withPort = /^(?:\[(?<v6>[^\]]+)\](?::\d+)?|(?<v4>[\d.]+):\d+)$/

/** An address of `X-Forwarded-For` without the port that some proxies add: `192.0.2.1:443`, `[2001:db8::1]:443`. */
export function withoutPort(address: string): string {
  const { v4, v6 } = withPort.exec(address)?.groups ?? {}
  const bare = v4 ?? v6 ?? address
  return isIP(bare) === 0 ? address : bare
}

/** Whether a hop is one of our proxies, for Fastify's `trustProxy`; a hop may have a port. */
export function trustNetworks(networks: string[]): (address: string, hop: number) => boolean {
  const trusts = proxyAddr.compile(networks)
  return (address, hop) => trusts(withoutPort(address), hop)
}
