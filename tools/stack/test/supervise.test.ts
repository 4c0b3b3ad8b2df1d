import { expect, test, vi } from 'vitest'
import { supervise } from '../src/supervise.ts'
import { warning } from '../src/warnings.ts'

function server() {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { pid: 1, exited: promise, stop: vi.fn(async () => resolve()), kill: async () => resolve() }
}

test('what ends is started again, later each time, with a line that says so', async () => {
  const lines: string[] = []
  const servers = [server(), server(), server()]
  let next = 0
  supervise(servers[0]!, {
    name: 'app',
    start: async () => servers[++next]!,
    ending: () => 'ended with exit code 1',
    say: (line) => lines.push(line),
    first: 10,
  })
  await servers[0]?.kill()
  await vi.waitFor(() => expect(next).toBe(1), 10_000)
  await servers[1]?.kill()
  await vi.waitFor(() => expect(next).toBe(2), 10_000)
  expect(lines).toEqual([
    'app ended with exit code 1: starting it again in 0.01 s',
    'app ended with exit code 1: starting it again in 0.02 s',
  ])
})

test('a start that fails is tried again', async () => {
  const lines: string[] = []
  const first = server()
  const start = vi.fn().mockRejectedValueOnce(new Error('port taken')).mockResolvedValue(server())
  supervise(first, { name: 'app', start, say: (line) => lines.push(line), first: 1 })
  await first.kill()
  await vi.waitFor(() => expect(start).toHaveBeenCalledTimes(2), 10_000)
  expect(lines).toContain('app did not start: port taken')
})

test('what was stopped stays down, also when it was waiting for its next start', async () => {
  const [running, down] = [server(), server()]
  const start = vi.fn(async () => server())
  const one = supervise(running, { name: 'one', start, say: () => {}, first: 5 })
  await one.stop(100)
  expect(running.stop).toHaveBeenCalledWith(100)
  const other = supervise(down, { name: 'other', start, say: () => {}, first: 60_000 })
  await down.kill()
  await other.stop(100)
  expect(start).not.toHaveBeenCalled()
})

test.each([
  ['{"level":"info","msg":"listening"}', undefined],
  ['{"level":"warn","msg":"slow"}', 'app: warn: slow'],
  ['{"level":"error","msg":"failed","err":{"message":"no route"}}', 'app: error: failed: no route'],
  ['Error: boom', 'app: Error: boom'],
  ['', undefined],
])('of %j the user sees %j', (line, seen) => {
  expect(warning('app', line)).toBe(seen)
})
