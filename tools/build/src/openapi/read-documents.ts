import { startApp } from '@ads-tracker/local-servers'
import type { Document } from './document.ts'

// Nothing listens there: an app serves its document without its dependencies.
const apps = {
  'ads-api': { DATABASE_URL: 'postgres://nobody@127.0.0.1:9/nothing' },
  'click-ingest': { KAFKA_BROKERS: '127.0.0.1:9' },
}

/** What each app says of itself while it runs: the only description that cannot lag behind the code. */
export function readDocuments(): Promise<Document[]> {
  return Promise.all(Object.entries(apps).map(([name, env]) => readDocument(name, env)))
}

async function readDocument(name: string, env: Record<string, string>): Promise<Document> {
  const app = await startApp(name, { LOG_LEVEL: 'silent', ...env }, { until: '/livez' })
  try {
    const response = await fetch(`${app.url}/openapi.json`)
    return (await response.json()) as Document
  } finally {
    await app.stop()
  }
}
