import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { entry, runSource } from '@ads-tracker/local-servers'
import { expect, test } from 'vitest'
import { canDraw } from '../src/screen.ts'

test('npm start -- --help prints its usage and starts nothing', async () => {
  const dir = join(tmpdir(), `ads-tracker-help-${process.pid}`)
  const { code, stdout } = await runSource(entry('tools/stack'), ['--help'], { STACK_DIR: dir })
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('usage: npm start') as string })
  expect(existsSync(dir)).toBe(false)
})

test('a terminal of width 0 is no terminal', () => {
  expect(canDraw({ isTTY: true, columns: 80 })).toBe(true)
  expect(canDraw({ isTTY: true, columns: 0 })).toBe(false)
  expect(canDraw({})).toBe(false)
})
