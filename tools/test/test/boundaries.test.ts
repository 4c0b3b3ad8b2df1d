import { join } from 'node:path'
import { ESLint } from 'eslint'
import { createProjectGraphAsync } from '@nx/devkit'
import { beforeAll, expect, test } from 'vitest'
import { workspace } from '@ads-tracker/local-servers'

// The rule reads the graph of projects from nx's cache.
beforeAll(async () => {
  process.env.NX_DAEMON = 'false'
  await createProjectGraphAsync()
}, 60_000)

const boundary = '@nx/enforce-module-boundaries'
const vendor = 'no-restricted-imports'

test.each([
  ['click-ingest', 'the store', 'apps/click-ingest/src/x.ts', '@ads-tracker/data', boundary],
  ['ads-api', 'the broker', 'apps/ads-api/src/x.ts', '@ads-tracker/kafka', boundary],
  ['the contract', 'anything', 'libs/events/src/x.ts', '@ads-tracker/service-kit', boundary],
  ['the store', 'the broker', 'libs/data/src/x.ts', '@ads-tracker/kafka', boundary],
  ['the source of an app', 'the test servers', 'apps/ads-api/src/x.ts', '@ads-tracker/local-servers', boundary],
  ['a lib', 'an app', 'libs/kafka/src/x.ts', '@ads-tracker/click-writer', boundary],
  ['an app', 'an app', 'apps/click-ingest/src/x.ts', '@ads-tracker/click-writer/start', boundary],
  ['a tool', 'an app', 'tools/stack/src/x.ts', '@ads-tracker/click-writer/start', boundary],
  ['an app', 'a lib by its path', 'apps/click-writer/src/x.ts', '../../../libs/events/src/index.ts', boundary],
  ['an app', "the store's driver", 'apps/ads-api/src/x.ts', 'drizzle-orm', vendor],
  ['an app', "the store's driver in parts", 'apps/ads-api/src/x.ts', 'drizzle-orm/pg-core', vendor],
  ['an app', 'the client of PostgreSQL', 'apps/click-writer/src/x.ts', 'postgres', vendor],
  ['an app', 'the client of Kafka', 'apps/click-ingest/src/x.ts', 'kafkajs', vendor],
])('%s may not import %s', async (_who, _what, file, imported, rule) => {
  expect(await brokenRules(file, `import { x } from '${imported}'\nx()\n`)).toContain(rule)
})

test.each([
  ['apps/click-ingest/src/x.ts', '@ads-tracker/kafka'],
  ['apps/ads-api/src/x.ts', '@ads-tracker/data'],
  ['apps/ads-api/test/x.test.ts', '@ads-tracker/local-servers'],
  ['libs/data/src/x.ts', '@ads-tracker/events'],
  ['libs/data/src/x.ts', 'drizzle-orm'],
  ['tools/chaos/src/x.ts', '@ads-tracker/click-writer/start'],
])('%s may import %s', async (file, imported) => {
  expect(await brokenRules(file, `import { x } from '${imported}'\nx()\n`)).toEqual([])
})

async function brokenRules(file: string, source: string): Promise<(string | null)[]> {
  const project = file.split('/').slice(0, 2).join('/')
  const [result] = await new ESLint({ cwd: join(workspace, project) }).lintText(source, {
    filePath: join(workspace, file),
  })
  return (result?.messages ?? []).map(({ ruleId }) => ruleId)
}
