import { existsSync, mkdirSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

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

const folder = join(tmpdir(), `ads-tracker-chaos-steps-${process.pid}`)

/** Environment of mortal-writer.ts. */
export const stepsEnvironment = { CHAOS_STEPS: folder }

/** The next process that comes to this step ends there with SIGKILL, once. */
export function arm(name: Step): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, name), '')
}

/** Ends this process with SIGKILL when the step is armed. */
export function reach(name: Step): void {
  const file = join(process.env.CHAOS_STEPS ?? '', name)
  if (!existsSync(file)) return
  unlinkSync(file)
  process.kill(process.pid, 'SIGKILL')
}
