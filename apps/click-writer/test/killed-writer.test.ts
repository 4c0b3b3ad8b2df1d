import type { RunningApp } from '@ads-tracker/local-servers'
import { expect, it, vi } from 'vitest'
import { type WriterSystem, writerSystem } from './writer-system.ts'

// `settled` waits for less than this: nothing here is answered by the end of a session.
const env = { SESSION_SECONDS: '120' }

/** A click on each partition; what comes together would go to one. */
async function publishEverywhere(system: WriterSystem): Promise<void> {
  for (let partition = 0; partition < 6; partition++) await system.publish('click', 1)
}

/** Partitions of a writer that others know as a member. */
function assigned(writer: RunningApp): number {
  if (!writer.output().includes('registered as a member')) return 0
  const lines = writer
    .output()
    .split('\n')
    .filter((line) => line.includes('"partitions assigned"'))
  return (JSON.parse(lines.at(-1) ?? '{"partitions":[]}') as { partitions: string[] }).partitions.length
}

it('the partitions of a writer that was killed go to the others at once', async () => {
  const system = await writerSystem()
  const [killed, other] = [await system.startWriter(env), await system.startWriter(env)]
  await vi.waitFor(() => expect([killed, other].map(assigned)).toEqual([6, 6]), 20_000)
  await killed.kill()
  await publishEverywhere(system)
  await system.settled()
  expect(assigned(other)).toBe(12)
  expect(other.output()).toContain('a writer was killed: removed from the consumer group')
  await system.expectBalance()
})

it('a writer that is started again does not wait for the one that was killed', async () => {
  const system = await writerSystem()
  const killed = await system.startWriter(env)
  await vi.waitFor(() => expect(assigned(killed)).toBe(12), 20_000)
  await killed.kill()
  await system.startWriter(env)
  await publishEverywhere(system)
  await system.settled()
  await system.expectBalance()
})

it('a writer that stops is not taken for one that was killed', async () => {
  const system = await writerSystem()
  const [stopped, other] = [await system.startWriter(env), await system.startWriter(env)]
  await vi.waitFor(() => expect([stopped, other].map(assigned)).toEqual([6, 6]), 20_000)
  await stopped.stop()
  await publishEverywhere(system)
  await system.settled()
  expect(other.output()).not.toContain('a writer was killed')
})
