import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { recordChildren } from '../src/children.ts'
import { takeFolder } from '../src/folder.ts'

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ads-tracker-test-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

test('a process that outlived the run that started it is ended by the next, also when it does not listen', async () => {
  const polite = await sleeper()
  const stubborn = await sleeper('trap "" TERM; ')
  const before = recordChildren(dir)
  for (const child of [polite, stubborn]) before.add('app', child.pid!)
  const ends = [polite, stubborn].map(
    (child) => new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal))),
  )
  expect(await recordChildren(dir).endAll(300)).toEqual(['app', 'app'])
  expect(await Promise.all(ends)).toEqual(['SIGTERM', 'SIGKILL'])
})

test('a process that is started while the others are being ended is ended too', async () => {
  const stubborn = await sleeper('trap "" TERM; ')
  const late = await sleeper()
  const lateEnd = once(late, 'exit')
  const children = recordChildren(dir)
  children.add('pages', stubborn.pid!)
  const ending = children.endAll(300)
  children.add('postgres', late.pid!)
  expect(await ending).toEqual(['pages', 'postgres'])
  await lateEnd
})

test('a process that starts after the others were ended for good is killed at once', async () => {
  const children = recordChildren(dir)
  await children.close(300)
  const late = await sleeper()
  const lateEnd = once(late, 'exit')
  children.add('postgres', late.pid!)
  expect(await lateEnd).toEqual([null, 'SIGKILL'])
})

test('a stranger that got the pid of a process of ours is left alone', async () => {
  const stranger = await sleeper()
  recordChildren(dir).add('app', stranger.pid!)
  const file = join(dir, 'children.json')
  const [child] = JSON.parse(readFileSync(file, 'utf8')) as { start: string }[]
  writeFileSync(file, JSON.stringify([{ ...child, start: `${child?.start}0` }]))
  expect(await recordChildren(dir).endAll(300)).toEqual([])
  expect(stranger.exitCode ?? stranger.signalCode).toBeNull()
})

test('a folder has one stack at a time', () => {
  const release = takeFolder(dir)
  expect(() => takeFolder(dir)).toThrow(`already running on ${dir} (process ${process.pid})`)
  release()
  takeFolder(dir)()
})

test('a folder whose stack was killed can be taken, also when a stranger has its pid or the file is torn', () => {
  for (const content of [
    JSON.stringify({ pid: process.pid, start: 'long ago' }),
    JSON.stringify({ pid: 2 ** 30, start: '1' }),
    '{"pi',
  ]) {
    writeFileSync(join(dir, 'running.json'), content)
    takeFolder(dir)()
    expect(existsSync(join(dir, 'running.json'))).toBe(false)
  }
})

async function sleeper(before = '') {
  const child = spawn('sh', ['-c', `${before}echo; while :; do sleep 0.05; done`], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return child
}
