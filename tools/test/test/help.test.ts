import { join } from 'node:path'
import { runSource, workspace } from '@ads-tracker/local-servers'
import { expect, it } from 'vitest'

const commands = ['stack/src/main', 'test/src/deploy', 'test/src/browser', 'build/src/openapi/main', 'chaos/src/main']
const run = (name: string, argument: string) => runSource(join(workspace, 'tools', `${name}.ts`), [argument])

// npm test gives its arguments to nx, which refuses what it does not know
it.each([...commands, 'bench/src/main', 'test/src/main'])('tools/%s.ts prints its usage for --help', async (name) => {
  expect(await run(name, '--help')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^usage: npm /) as string })
})

it.each([...commands, 'bench/src/main'])('tools/%s.ts refuses an option that it does not know', async (name) => {
  expect(await run(name, '--force')).toMatchObject({ code: 78, stderr: expect.stringContaining('--force') as string })
})
