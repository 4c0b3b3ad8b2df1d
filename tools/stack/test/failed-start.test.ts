import { spawnSync } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { entry, freePort, removeStack, runSource, stackEnvironment, startStack } from '@ads-tracker/local-servers'
import { expect, onTestFinished, test } from 'vitest'

test('a start that fails for want of Java leaves nothing running, on a new folder and on one with data', async () => {
  const env = await stackEnvironment()
  const dir = env.STACK_DIR!
  onTestFinished(() => removeStack(env))
  const lacking = { ...env, XDG_CACHE_HOME: join(dir, 'cache'), PATH: pathWithoutJava(join(dir, 'bin')) }

  await failedStart()
  const stack = await startStack(env, ['--only', 'postgres'])
  await stack.stop()
  await failedStart()

  async function failedStart() {
    const { code, stderr } = await runSource(entry('tools/stack'), [], lacking)
    expect(stderr).toContain('no way to start Kafka (Java was not found')
    expect(code).toBe(1)
    expect(processesOf(dir)).toEqual([])
    await expect(freePort(Number(env.POSTGRES_PORT))).resolves.toBe(Number(env.POSTGRES_PORT))
  }
})

/** Command lines of the processes that name this folder. */
function processesOf(dir: string): string[] {
  const { stdout } = spawnSync('ps', ['-ww', '-eo', 'args'], { encoding: 'utf8' })
  return stdout.split('\n').filter((command) => command.includes(dir))
}

/** A PATH with what the servers' start scripts need, and no Java, Maven or Docker. */
function pathWithoutJava(bin: string): string {
  mkdirSync(bin)
  for (const name of ['sh', 'id', 'kill', 'sleep', 'rm']) {
    const found = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim()
    if (found.startsWith('/')) symlinkSync(found, join(bin, name))
  }
  return bin
}
