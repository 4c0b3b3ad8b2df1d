import { readFile } from 'node:fs/promises'
import { Type } from '@sinclair/typebox'
import { expect, it } from 'vitest'
import { readmes } from '../../src/variables/readmes.ts'
import { withVariables } from '../../src/variables/table.ts'

it.each(readmes)('$file has the variables that the app reads: if not, npm run variables', async ({ path, schema }) => {
  const readme = await readFile(path, 'utf8')
  expect(readme).toBe(await withVariables(readme, schema))
})

it('shows the default, the range and the file of a variable, and keeps the text around the table', async () => {
  const schema = Type.Object({
    QUEUE_MAX_BYTES: Type.Integer({ default: 8 * 1024 * 1024, minimum: 1, description: 'Bytes that may wait' }),
    WAIT_MS: Type.Integer({ default: 50, minimum: 10, maximum: 100, description: 'Milliseconds to wait' }),
    TOKEN: Type.String({ secret: true, description: 'A secret' }),
  })
  const readme = 'before\n<!-- npm run variables writes this table -->\nold\n<!-- end of the table -->\nafter\n'
  const made = await withVariables(readme, schema)
  expect(made).toMatch(/^before\n/)
  expect(made).toMatch(/\nafter\n$/)
  expect(made).not.toContain('old')
  expect(made).toMatch(/`QUEUE_MAX_BYTES` +\| 8 MiB +\| Bytes that may wait +\|/)
  expect(made).toMatch(/`WAIT_MS` +\| `50` +\| Milliseconds to wait \(10 to 100\) +\|/)
  expect(made).toMatch(/`TOKEN` +\| required +\| A secret; `TOKEN_FILE` names a file that has it +\|/)
})

it('refuses a README without the marks', async () => {
  await expect(withVariables('nothing', Type.Object({}))).rejects.toThrow('exactly once')
})
