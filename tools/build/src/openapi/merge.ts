import type { Document, PathItem } from './document.ts'
import { nameAnswers } from './name-answers.ts'
import { nameSchemas } from './name-schemas.ts'

const description = `Lists video ads, records clicks and impressions, and reports clicks, impressions and click-through rates.

**An event that was answered with 202 is counted exactly once.** It has an id (\`event_id\`, a UUID): send it again with the same id
after a 429, a 502, a 503 or a lost connection, as often as you like. \`Retry-After\` says how long to wait.

**Every error is a problem** (RFC 9457, \`application/problem+json\`) with a stable \`code\`; new codes may be added.
Unknown fields of a body are ignored, and new fields may be added to answers.`

const tags = [
  { name: 'ads', description: 'Video ads' },
  { name: 'events', description: 'Recording clicks and impressions, and their receipts' },
  { name: 'analytics', description: 'Clicks, impressions and click-through rates of the ads' },
]

/**
 * One document of the public origin from those of the apps. Titled schemas become named components; the order is that of
 * the paths, so that the same code always gives the same bytes.
 * @throws when two apps serve the same operation, or use one title for two schemas
 */
export function merge(documents: Document[], version: string): Document {
  const named = nameSchemas({
    openapi: '3.1.0',
    info: { title: 'Ads Tracker', version, description, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/', description: 'The origin that serves this document' }],
    security: [],
    tags,
    paths: mergePaths(documents),
  })
  const securitySchemes = Object.assign({}, ...documents.map(({ components }) => components?.securitySchemes))
  const { document, responses } = nameAnswers(named.document)
  return { ...document, components: { securitySchemes, responses, schemas: named.schemas } }
}

function mergePaths(documents: Document[]): Record<string, PathItem> {
  const merged: Record<string, PathItem> = {}
  for (const [path, item] of documents.flatMap(({ paths }) => Object.entries(paths))) {
    const taken = Object.keys(item).find((method) => method in (merged[path] ?? {}))
    if (taken) throw new Error(`two apps serve ${taken.toUpperCase()} ${path}`)
    merged[path] = { ...merged[path], ...item }
  }
  return Object.fromEntries(Object.entries(merged).sort(([one], [other]) => (one < other ? -1 : 1)))
}
