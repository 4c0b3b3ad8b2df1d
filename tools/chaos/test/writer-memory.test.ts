import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { workspace } from '@ads-tracker/local-servers'
import { expect, it } from 'vitest'
import { memoryLimits } from '../src/memory-limits.ts'
import { highest, residentMegabytes } from '../src/observe.ts'
import { poisons } from '../src/poisons.ts'
import { until } from '../src/until.ts'
import { useServers, withSystem } from './rig.ts'

const servers = useServers()
const limit = memoryLimits['click-writer'] as number

it.each(Object.entries(memoryLimits))('%s has the memory limit of its container: %i MB', (name, megabytes) => {
  const compose = readFileSync(join(workspace, 'docker-compose.yml'), 'utf8')
  const service = compose.slice(compose.indexOf(`\n  ${name}:\n`))
  expect(/mem_limit: (\d+)m/.exec(service)?.[1]).toBe(String(megabytes))
})

it('a writer that starts on a backlog of records of one megabyte each stays within the memory limit of its container', async () => {
  const records = 150
  // V8 takes half of a container's memory for its heap
  const env = { writer: { NODE_OPTIONS: `--max-heap-size=${limit / 2}` } }
  await withSystem(servers(), { start: false, env }, async ({ system }) => {
    for (let i = 0; i < records; i += 1) {
      const megabyte = poisons().find(({ what }) => what === 'one megabyte of text')!
      await system.broker.produce(system.broker.topics.click, [megabyte.message])
    }
    const writer = system.writers[0]!
    await writer.start()
    const most = highest(() => residentMegabytes(writer.pid()), 20)
    const areRead = async () => (await system.position()) === records
    await until('all records are dead letters', areRead, { within: 120_000 })
    expect(writer.endings).toEqual([])
    expect(most()).toBeLessThan(limit)
  })
})
