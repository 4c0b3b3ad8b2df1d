import { relative } from 'node:path'
import type { Settings } from './settings.ts'

interface Servers {
  settings: Settings
  databaseUrl?: string
  brokers?: string
}

/** What `npm start` prints when everything is ready; the last line is what scripts wait for. */
export const addresses = {
  all({ settings, apiKey, databaseUrl, brokers }: Required<Servers> & { apiKey: string }): string[] {
    const { ports } = settings
    const origin = `http://localhost:${ports.gateway}`
    return [
      '',
      ...table([
        ['dashboard', `${origin}, with /demo and /docs`],
        ['ads-api', `http://127.0.0.1:${ports.adsApi}`],
        ['click-ingest', `http://127.0.0.1:${ports.clickIngest}`],
        ['click-writer', `http://127.0.0.1:${ports.clickWriter}/readyz and /metrics`],
        ['PostgreSQL', withoutOthersPassword(settings, databaseUrl)],
        ['Kafka', brokers],
        ['API key', apiKey],
        ['data and logs', folder(settings)],
      ]),
      '',
      `curl -X POST ${origin}/ads/click -H 'content-type: application/json' -d '{"ad_id":1,"timestamp":"${new Date().toISOString().slice(0, 19)}Z","ip":"192.168.1.1","playback_time":15}'`,
      '',
      `ready ${origin}`,
    ]
  },
  servers({ settings, databaseUrl, brokers }: Servers): string[] {
    return [
      '',
      ...table([
        ...(databaseUrl ? [['DATABASE_URL', withoutOthersPassword(settings, databaseUrl)] as const] : []),
        ...(brokers ? [['KAFKA_BROKERS', brokers] as const] : []),
        ['data and logs', folder(settings)],
      ]),
      '',
      `ready ${[databaseUrl && withoutOthersPassword(settings, databaseUrl), brokers].filter(Boolean).join(' ')}`,
    ]
  },
}

function table(rows: (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`)
}

const folder = ({ dir }: Settings) => (relative('.', dir).startsWith('..') ? dir : relative('.', dir) || dir)

function withoutOthersPassword(settings: Settings, url: string): string {
  return settings.databaseUrl ? url.replace(/:[^:@/]*@/, '@') : url
}
