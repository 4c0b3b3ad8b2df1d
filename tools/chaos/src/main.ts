import { parseArgs } from 'node:util'
import { faults } from './faults/index.ts'
import { createRandom } from './random.ts'
import { type Report, runFault } from './run-fault.ts'
import { startServers } from './servers.ts'
import { table } from './table.ts'

const usage = `usage: npm run chaos -- [options]
  --only NAME,NAME  faults to run (all)
  --trials N        trials of each fault (3)
  --seed N          seed of the random choices (random)
  --minutes N       length of the faults that take minutes (1)
  --patience N      factor for all waiting times, for a slow machine (1)
  --help            print this and exit
faults:
${faults.map(({ name, does }) => `  ${name.padEnd(24)} ${does}`).join('\n')}`

const values = readOptions()
if (values.help) {
  console.log(usage)
  process.exit(0)
}
const wanted = values.only?.split(',')
const unknown = wanted?.filter((name) => !faults.some((fault) => fault.name === name)) ?? []
if (unknown.length > 0) {
  console.error(`there is no fault ${unknown.join(', ')}\n${usage}`)
  process.exit(78)
}

const chosen = faults.filter(({ name }) => wanted?.includes(name) ?? true)
const seed = Number(values.seed)
const began = performance.now()
const say = (line: string) => console.log(`${((performance.now() - began) / 1000).toFixed(0).padStart(5)} s  ${line}`)

say(`seed ${seed}, ${chosen.length} faults, ${values.trials} trials each`)
const servers = await startServers()
const reports: Report[] = []
process.on('SIGINT', () => process.exit(1)).on('SIGTERM', () => process.exit(1))
try {
  for (const fault of chosen) {
    // each fault has a generator of its own, so that it does the same whether the others run or not
    const random = createRandom(seed + fault.row)
    try {
      reports.push(
        await runFault(fault, {
          servers,
          random,
          say,
          trials: Number(values.trials),
          minutes: Number(values.minutes),
          patience: Number(values.patience),
        }),
      )
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
      say(`${fault.name} could not be done: ${text}`)
      reports.push({ fault, trials: 0, verdict: undefined, recoveries: [], violations: [text] })
    }
  }
} finally {
  await servers.close()
}

console.log(`\nseed ${seed}\n${table(reports)}`)
const broken = reports.flatMap(({ fault, violations }) => violations.map((text) => `${fault.name}: ${text}`))
if (broken.length > 0) console.error(`\n${broken.join('\n')}`)
process.exitCode = broken.length === 0 && reports.length === chosen.length ? 0 : 1

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        trials: { type: 'string', default: '3' },
        seed: { type: 'string', default: String(Math.trunc(Math.random() * 1e9)) },
        only: { type: 'string' },
        minutes: { type: 'string', default: '1' },
        patience: { type: 'string', default: '1' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    for (const name of ['trials', 'seed', 'minutes', 'patience'] as const) {
      if (!(Number(values[name]) > 0)) throw new Error(`--${name} must be a number above 0`)
    }
    return values
  } catch (error) {
    console.error(`${(error as Error).message}\n${usage}`)
    process.exit(78)
  }
}
