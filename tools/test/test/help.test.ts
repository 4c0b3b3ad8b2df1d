import { join } from 'node:path'
import { runSource, workspace } from '@ads-tracker/local-servers'
import { describe, expect, it } from 'vitest'

const commands = ['stack/src/main', 'test/src/main', 'test/src/deploy', 'test/src/browser', 'build/src/openapi/main']

describe.each([...commands, 'chaos/src/main', 'bench/src/main'])('tools/%s.ts', (name) => {
  const run = (argument: string) => runSource(join(workspace, 'tools', `${name}.ts`), [argument])

  it('prints its usage when asked with --help', async () => {
    expect(await run('--help')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^usage: npm /) as string })
  })

  it('refuses an option that it does not know', async () => {
    expect(await run('--force')).toMatchObject({ code: 78, stderr: expect.stringContaining('--force') as string })
  })
})
