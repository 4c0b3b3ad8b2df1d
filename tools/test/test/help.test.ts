import { join } from 'node:path'
import { runSource, workspace } from '@ads-tracker/local-servers'
import { expect, it } from 'vitest'

const source = (name: string) => join(workspace, 'tools/test/src', name)

it.each(['main.ts', 'deploy.ts'])('%s prints its usage when asked with --help', async (name) => {
  expect(await runSource(source(name), ['--help'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^usage: npm .*\n$/) as string,
  })
})

it('deploy.ts refuses an option that it does not know', async () => {
  expect(await runSource(source('deploy.ts'), ['--force'])).toMatchObject({
    code: 78,
    stderr: expect.stringContaining('--force') as string,
  })
})
