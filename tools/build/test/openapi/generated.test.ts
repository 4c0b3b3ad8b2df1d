import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { breakingChanges } from '../../src/openapi/breaking-changes.ts'
import type { Document } from '../../src/openapi/document.ts'
import { files } from '../../src/openapi/files.ts'
import { generate } from '../../src/openapi/generate.ts'

it('what is committed is what the running apps say: if not, npm run openapi', { timeout: 60_000 }, async () => {
  for (const [path, text] of await generate()) expect(await readFile(path, 'utf8'), path).toBe(text)
})

it('clients of the last released document still work', async () => {
  const [released, now] = await Promise.all(
    [files.released, files.document].map(async (file) => JSON.parse(await readFile(file, 'utf8')) as Document),
  )
  expect(breakingChanges(released!, now!)).toEqual([])
})
