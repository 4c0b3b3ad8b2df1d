import type { StatsFs } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { createMetrics, createService, loadConfig, serve, serviceSettings } from '@ads-tracker/service-kit'
import { Type } from '@sinclair/typebox'
import type { Command } from 'commander'
import { Gauge } from 'prom-client'

const Config = Type.Object({
  ...serviceSettings(3009),
  VOLUMES: Type.String({
    pattern: '^[\\w-]+=[^,=]+(,[\\w-]+=[^,=]+)*$',
    description: 'name=path of each volume, comma separated',
  }),
})

export function addDiskMetrics(program: Command): void {
  program
    .command('disk-metrics')
    .description('serves the free space of the disks of Kafka and PostgreSQL for Prometheus (HOST, PORT, VOLUMES)')
    .action(run)
}

async function run(): Promise<void> {
  const config = loadConfig(Config, process.env)
  const volumes = config.VOLUMES.split(',').map((entry) => entry.split('=') as [string, string])
  const metrics = createMetrics('disk-metrics')
  const gauge = (name: string, help: string, bytesOf: (disk: StatsFs) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['volume'],
      registers: [metrics.registry],
      async collect() {
        for (const [volume, path] of volumes) this.set({ volume }, bytesOf(await statfs(path)))
      },
    })
  gauge('disk_free_bytes', 'Free bytes of the disk', ({ bavail, bsize }) => bavail * bsize)
  gauge('disk_size_bytes', 'Size of the disk in bytes', ({ blocks, bsize }) => blocks * bsize)
  const description = 'Free space of the disks of Kafka and PostgreSQL.'
  const about = { name: 'disk-metrics', title: 'Disk metrics', description }
  await serve(await createService({ ...about, config, metrics, readiness: () => ({}) }), config)
}
