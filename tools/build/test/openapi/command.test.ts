import { join } from 'node:path'
import { runSource, workspace } from '@ads-tracker/local-servers'
import { expect, it } from 'vitest'

const main = join(workspace, 'tools/build/src/openapi/main.ts')

it('prints its usage when asked with --help', async () => {
  expect(await runSource(main, ['--help'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^usage: npm .*\n$/) as string,
  })
})

it('refuses an option that it does not know', async () => {
  expect(await runSource(main, ['--force'])).toMatchObject({
    code: 78,
    stderr: expect.stringContaining('--force') as string,
  })
})
