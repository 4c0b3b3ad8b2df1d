import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { freePort, removeKafkaData } from '../src/index.ts'
import { dockerName } from '../src/kafka-docker.ts'
import { dockerAnswers } from '../src/kafka.ts'

test.skipIf(!dockerAnswers())(
  'a broker in a container is gone when its client is killed while it starts and the process that started it exits',
  async () => {
    const dir = mkdtempSync(join(tmpdir(), 'ads-tracker-test-'))
    onTestFinished(() => removeKafkaData(dir))
    const options = { dir, port: await freePort(), controllerPort: 9093, log: join(dir, 'log'), heapMegabytes: 512 }
    const program = `
      import { startDockerKafka } from ${JSON.stringify(join(import.meta.dirname, '../src/kafka-docker.ts'))}
      const server = await startDockerKafka(${JSON.stringify(options)})
      process.on('message', () => process.exit())
      process.send(server.pid)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    const exited = once(child, 'exit')
    const [client] = (await once(child, 'message')) as [number]
    await expect.poll(() => containersOf(dir), { timeout: 30_000 }).toHaveLength(1)
    process.kill(client, 'SIGKILL')
    child.send('exit')
    await exited
    expect(containersOf(dir)).toEqual([])
  },
)

/** Ids of the running containers that have the volume of this folder. */
function containersOf(dir: string): string[] {
  const format = '{{.ID}} {{.Names}}'
  const names = execFileSync('docker', ['ps', '--format', format], { encoding: 'utf8' }).trim().split('\n')
  return names.filter((line) => line.endsWith(dockerName(dir)))
}
