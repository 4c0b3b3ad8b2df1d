import { spawn } from 'node:child_process'
import { expect, it, onTestFinished } from 'vitest'
import { debuggable, heldMegabytes } from '../src/heap.ts'
import { until } from '../src/until.ts'

/** A process that has made about 100 MB of small objects. */
async function processThat(does: 'keeps' | 'drops') {
  const script = `
    let objects = Array.from({ length: 2_000_000 }, (_, index) => ({ index, text: 'x' + index }))
    globalThis.kept = ${does === 'keeps' ? 'objects' : 'undefined'}
    objects = undefined
    console.log('made')
    setInterval(() => {}, 60_000)`
  const child = spawn(process.execPath, [debuggable, '--max-semi-space-size=1', '-e', script])
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)))
  await until('the objects are made', () => output.includes('made'), { within: 60_000 })
  return { name: does, signal: (signal: NodeJS.Signals) => void child.kill(signal), output: () => output }
}

it('counts the memory that a process keeps, as often as it is asked', async () => {
  const app = await processThat('keeps')
  expect(await heldMegabytes(app)).toBeGreaterThan(60)
  expect(await heldMegabytes(app)).toBeGreaterThan(60)
})

it('does not count memory that was dropped and is not collected yet', async () => {
  expect(await heldMegabytes(await processThat('drops'))).toBeLessThan(20)
})
