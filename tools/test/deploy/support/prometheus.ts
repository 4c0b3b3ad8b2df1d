import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, endWithParent, workspace } from '@ads-tracker/local-servers'
import { parse, stringify } from 'yaml'
import { getJson } from './get-json.ts'

export const rules = join(workspace, 'docker/prometheus')

export interface Rule {
  alert?: string
  record?: string
  expr: string
  annotations: { summary: string; runbook: string }
  labels: { severity: string }
}

export const alerts = (): (Rule & { alert: string })[] =>
  parse(readFileSync(join(rules, 'alerts.yml'), 'utf8')).groups.flatMap((group: { rules: Rule[] }) => group.rules)

export interface Sample {
  metric: Record<string, string>
  value: number
}

/** A real Prometheus with the repository's configuration, but these targets by job, and every second. */
export async function startPrometheus(folder: string, targets: Record<string, string>) {
  const config = parse(readFileSync(join(rules, 'prometheus.yml'), 'utf8'))
  config.global = { scrape_interval: '1s', evaluation_interval: '1s' }
  config.rule_files = ['recording.yml', 'alerts.yml'].map((name) => join(rules, name))
  config.scrape_configs = config.scrape_configs.map(({ job_name }: { job_name: string }) => ({
    job_name,
    static_configs: [{ targets: [targets[job_name]] }],
  }))
  const file = join(folder, 'prometheus.yml')
  writeFileSync(file, stringify(config))
  const address = `127.0.0.1:${await freePort()}`
  const child = spawn(
    'prometheus',
    [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(folder, 'prometheus')}`,
      `--web.listen-address=${address}`,
      '--log.level=warn',
    ],
    { stdio: 'inherit' },
  )
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  endWithParent(child.pid!, exited)
  const get = async <T>(path: string) => (await getJson<{ data: T }>(`http://${address}${path}`)).data
  return {
    get,
    async query(expression: string): Promise<Sample[]> {
      const { result } = await get<{ result: { metric: Record<string, string>; value: [number, string] }[] }>(
        `/api/v1/query?query=${encodeURIComponent(expression)}`,
      )
      return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }))
    },
    async stop() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
