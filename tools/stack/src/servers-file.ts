import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

interface Found {
  databaseUrl?: string
  brokers?: string
}

/** Writes where the servers are to `servers.json`, for the jobs of tools/cli. Only its owner may read it: it has a password. */
export function recordServers(dir: string, { databaseUrl, brokers }: Found): void {
  const file = join(dir, 'servers.json')
  rmSync(file, { force: true })
  writeFileSync(file, `${JSON.stringify({ DATABASE_URL: databaseUrl, KAFKA_BROKERS: brokers }, null, 2)}\n`, {
    mode: 0o600,
  })
}
