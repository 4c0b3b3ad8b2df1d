import { mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Patch, sabotaged } from './sabotage.ts'

/** Where the writer can be made to die, in the order in which a batch passes. */
export const steps = [
  'assigned',
  'fetched',
  'before-sql',
  'during-sql',
  'after-sql',
  'before-kafka-commit',
  'after-kafka-commit',
] as const
export type Step = (typeof steps)[number]

const step = (name: Step) => `globalThis.chaosStep('${name}')`
const pipeline = 'apps/click-writer/src/pipeline.ts'

const patches: Patch[] = [
  {
    file: pipeline,
    find: 'writer.onAssigned(partitions)\n',
    replace: `writer.onAssigned(partitions)\n${step('assigned')}\n`,
  },
  {
    file: 'apps/click-writer/src/writer.ts',
    find: 'lanes.push(pieces)',
    replace: `${step('fetched')}\nlanes.push(pieces)`,
  },
  {
    file: 'apps/click-writer/src/store-pieces.ts',
    find: 'const outcome = await store.apply(toBatch(pieces))',
    replace: `${step('before-sql')}
      const applying = store.apply(toBatch(pieces))
      setTimeout(() => ${step('during-sql')}, 2)
      const outcome = await applying
      ${step('after-sql')}`,
  },
  {
    file: pipeline,
    find: 'await consumer.commit(moved)',
    replace: `${step('before-kafka-commit')}\nawait consumer.commit(moved)\n${step('after-kafka-commit')}`,
  },
]

const folder = join(tmpdir(), `ads-tracker-chaos-steps-${process.pid}`)

/** Environment of a writer that dies where {@link arm} says. */
export const mortalWriter = sabotaged(patches, { CHAOS_STEPS: folder })

/** The next process that comes to this step ends there with SIGKILL, once. */
export function arm(name: Step): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, name), '')
}
