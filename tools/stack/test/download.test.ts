import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { entry, removeStack, runSource, stackEnvironment } from '@ads-tracker/local-servers'
import { expect, onTestFinished, test } from 'vitest'

test('npm start says on a pipe how the download of Kafka proceeds', async () => {
  const env = await stackEnvironment()
  const dir = env.STACK_DIR!
  onTestFinished(() => removeStack(env))
  const bin = join(dir, 'bin')
  mkdirSync(bin)
  program('java', `echo 'openjdk version "17.0.1"' >&2`)
  program('mvn', `echo '[INFO] Downloaded from central: https://repo/a.jar (7.3 MB at 2.0 MB/s)'; exit 1`)
  const { code, stdout } = await runSource(entry('tools/stack'), ['--only', 'kafka'], {
    ...env,
    XDG_CACHE_HOME: join(dir, 'cache'),
    PATH: `${bin}:${process.env.PATH}`,
  })
  expect(stdout.trim().split('\n')).toEqual([
    `Downloading Apache Kafka (54 MB, once) from Maven Central to ${join(dir, 'cache/ads-tracker/kafka-4.1.1')}`,
    'Downloading Apache Kafka: 7 of 54 MB',
  ])
  expect(code).toBe(1)

  function program(name: string, commands: string) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${commands}\n`)
    chmodSync(join(bin, name), 0o755)
  }
})
