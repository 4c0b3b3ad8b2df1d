import { workspace } from '@ads-tracker/local-servers'
import { checkFormat } from './check-format.ts'
import { createServers } from './servers.ts'
import { createNx } from './nx.ts'
import { createTally } from './tally.ts'

if (process.argv.slice(2).some((arg) => arg === '--help' || arg === '-h')) {
  console.log('usage: npm test [-- ARGUMENTS of nx run-many, such as --projects=@ads-tracker/cli]')
  process.exit(0)
}

const tally = createTally()
const nx = createNx({ onOutput: tally.read })
const servers = createServers()
const args = process.argv.slice(2)
let stopping: Promise<never> | undefined

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)
  process.on(signal, () => void end(code))

try {
  const starting = servers.start()
  starting.catch(() => {})
  if (args.length === 0 && !(await checkFormat(workspace))) {
    console.error('some files are not formatted: npm run format')
    tally.fail()
  }
  const checks = await nx.runMany(['lint', 'typecheck'], args)
  if (!checks) tally.fail()
  const env = await starting
  // The end-to-end suite measures time: it runs after the others, alone.
  for (const target of ['test', 'end-to-end']) {
    const before = tally.failed()
    if (!(await nx.runMany([target], args, env)) && tally.failed() === before) tally.fail()
  }
  if (!stopping) console.log(`\n${tally.failures()}\n${tally.summary()}`)
  await end(tally.failed() > 0 ? 1 : 0)
} catch (error) {
  if (!stopping) console.error(error instanceof Error ? error.message : error)
  await end(1)
}

function end(code: number): Promise<never> {
  stopping ??= finish(code)
  return stopping
}

async function finish(code: number): Promise<never> {
  await nx.stop()
  await servers.stop()
  process.exit(code)
}
