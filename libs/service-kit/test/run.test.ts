import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const kit = join(import.meta.dirname, '../src/index.ts')

/** Runs this `main` in a process of its own. */
function ending(main: string): Promise<{ code: number; stderr: string }> {
  const source = `import { ConfigError, run } from ${JSON.stringify(kit)}; run(${main})`
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ['--input-type=module', '-e', source], (_error, _stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stderr }),
    )
  })
}

it('ends with 0 when the work is done', async () => {
  expect(await ending('async () => {}')).toEqual({ code: 0, stderr: '' })
})

it('ends with 1 and says why when it crashed', async () => {
  expect(await ending('async () => { throw new Error("no luck") }')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no luck'),
  })
})

it('does not say what else an error carries, such as the password in a URL', async () => {
  const { code, stderr } = await ending('async () => { new URL("postgres://ads:ab/cd@host/ads") }')
  expect(code).toBe(1)
  expect(JSON.parse(stderr)).toMatchObject({ err: { message: 'Invalid URL', code: 'ERR_INVALID_URL' } })
  expect(stderr).not.toContain('ab/cd')
})

it('ends with 1 when nothing is left that could finish the work', async () => {
  expect(await ending('() => new Promise(() => {})')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('ended before it was done'),
  })
})

it('ends with 78 and names what is wrong with the configuration', async () => {
  expect(await ending('async () => { throw new ConfigError(["PORT: is required"]) }')).toMatchObject({
    code: 78,
    stderr: 'bad configuration:\n  PORT: is required\n',
  })
})
