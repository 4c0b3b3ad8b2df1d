import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { moveInto } from './move-into.ts'

/** Where jars are kept between runs. */
export function jarsFolder(name: string, env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'ads-tracker', name)
}

export const hasMaven = () => spawnSync('sh', ['-c', 'command -v mvn'], { stdio: 'ignore' }).status === 0

/**
 * Downloads artifacts (`group:artifact:version`) and what they need from Maven Central; complete or not at all, also when
 * several do it at once. `onBytes` hears how much has arrived so far, while it arrives.
 */
export async function downloadJars(
  folder: string,
  artifacts: string[],
  onBytes: (received: number) => void = () => {},
): Promise<void> {
  mkdirSync(dirname(folder), { recursive: true })
  const temporary = mkdtempSync(`${folder}.`)
  const remove = () => rmSync(temporary, { recursive: true, force: true })
  process.once('exit', remove)
  try {
    writeFileSync(join(temporary, 'pom.xml'), pom(artifacts))
    await maven(temporary, artifacts, onBytes)
    moveInto(join(temporary, 'lib'), folder)
  } finally {
    remove()
    process.off('exit', remove)
  }
}

function maven(cwd: string, artifacts: string[], onBytes: (received: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('mvn', ['-B', 'dependency:copy-dependencies', '-DoutputDirectory=lib'], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const end = () => child.kill()
    process.once('exit', end)
    const lines: string[] = []
    let received = 0
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line)
        const bytes = downloadedBytes(line)
        if (bytes > 0) onBytes((received += bytes))
      })
    child.once('error', reject)
    child.once('close', (code) => {
      process.off('exit', end)
      if (code === 0) resolve()
      else reject(new Error(`Maven could not download ${artifacts.join(', ')}:\n${errorsOf(lines)}`))
    })
  })
}

/** Of a line such as `Downloaded from central: https://…/zstd-jni-1.5.6-10.jar (7.3 MB at 2.0 MB/s)`; 0 for any other. */
export function downloadedBytes(line: string): number {
  const [, amount, unit = ''] = /Downloaded from .* \(([\d.]+) ([kMG]?B) at /.exec(line) ?? []
  return amount === undefined ? 0 : Number(amount) * { B: 1, kB: 1e3, MB: 1e6, GB: 1e9 }[unit]!
}

function errorsOf(lines: string[]): string {
  const errors = lines.filter((line) => line.startsWith('[ERROR]'))
  return (errors.length > 0 ? errors : lines).join('\n').trim().slice(-1500)
}

function dependency(coordinates: string): string {
  const [group, artifact, version] = coordinates.split(':')
  return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`
}

const pom = (artifacts: string[]) => `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>ads-tracker</groupId><artifactId>jars</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    ${artifacts.map(dependency).join('\n    ')}
  </dependencies>
</project>
`
