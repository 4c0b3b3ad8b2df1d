import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { kafkaVersion } from './kafka-jars.ts'
import type { BrokerOptions } from './kafka-java.ts'
import { containerEnvironment, kafkaSettings } from './kafka-settings.ts'
import { spawnServer, type ServerProcess } from './server-process.ts'

/** The broker in a container in the foreground: its data in a volume named after `dir`, its port on 127.0.0.1 alone. */
export async function startDockerKafka(options: BrokerOptions): Promise<ServerProcess> {
  const { dir, port, controllerPort, log, heapMegabytes, endsWithParent, onSpawn } = options
  const name = dockerName(dir)
  // A container that outlived a kill -9 of its client still holds the port and the volume.
  const remove = () => void spawnSync('docker', ['rm', '--force', name], { stdio: 'ignore' })
  remove()
  const settings = {
    ...kafkaSettings({ port, controllerPort, data: '/var/lib/kafka/data' }),
    listeners: `PLAINTEXT://:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
  }
  const environment = {
    ...containerEnvironment(settings),
    KAFKA_HEAP_OPTS: `-Xmx${heapMegabytes}m`,
    CLUSTER_ID: 'YWRzLXRyYWNrZXItMDAwMQ',
  }
  const args = [
    ...['run', '--rm', '--name', name, '--publish', `127.0.0.1:${port}:${port}`],
    ...['--volume', `${name}:/var/lib/kafka/data`],
    ...Object.entries(environment).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
    `apache/kafka:${kafkaVersion}`,
  ]
  const client = await spawnServer('docker', args, {
    log,
    onSpawn,
    endWithParent: endsWithParent ? { signal: 'SIGTERM', remove: [dir] } : undefined,
  })
  // The container does not end with its client: a client that is killed while the broker starts leaves it behind.
  process.once('exit', remove)
  void client.exited.then(remove).then(() => process.off('exit', remove))
  const kill = async () => {
    remove()
    await client.kill()
  }
  return { ...client, kill }
}

/** Removes the volume of the broker of `dir`, where there is one. */
export function removeDockerKafka(dir: string): void {
  for (const command of [['rm'], ['volume', 'rm']])
    spawnSync('docker', [...command, '--force', dockerName(dir)], { stdio: 'ignore' })
}

export const dockerName = (dir: string) =>
  `ads-tracker-kafka-${createHash('sha256').update(dir).digest('hex').slice(0, 12)}`
