import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { checkFormat } from '../src/check-format.ts'

const folder = mkdtempSync(join(tmpdir(), 'ads-tracker-format-'))
afterAll(() => rmSync(folder, { recursive: true }))

it('tells a folder with a file that is not formatted from one without', async () => {
  writeFileSync(join(folder, 'x.json'), '{ "a": 1 }\n')
  expect(await checkFormat(folder)).toBe(true)
  writeFileSync(join(folder, 'x.json'), '{"a":1}')
  expect(await checkFormat(folder)).toBe(false)
})
