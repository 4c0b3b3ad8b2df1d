import { entry, runSource } from '@ads-tracker/local-servers'
import { expect, it } from 'vitest'

it.each(['test', 'deploy-test', 'openapi'])('tools/%s prints its usage when asked with --help', async (tool) => {
  expect(await runSource(entry(`tools/${tool}`), ['--help'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^usage: npm .*\n$/) as string,
  })
})

it.each(['deploy-test', 'openapi'])('tools/%s refuses an option that it does not know', async (tool) => {
  expect(await runSource(entry(`tools/${tool}`), ['--force'])).toMatchObject({
    code: 78,
    stderr: expect.stringContaining('--force') as string,
  })
})
