import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

/** Where jars are kept between runs. */
export function jarsFolder(name: string, env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'ads-tracker', name)
}

export const hasMaven = () => spawnSync('sh', ['-c', 'command -v mvn'], { stdio: 'ignore' }).status === 0

/**
 * Downloads artifacts (`group:artifact:version`) and what they need from Maven Central; complete or not at all, also when
 * several do it at once.
 */
export async function downloadJars(folder: string, artifacts: string[]): Promise<void> {
  mkdirSync(dirname(folder), { recursive: true })
  const temporary = mkdtempSync(`${folder}.`)
  const remove = () => rmSync(temporary, { recursive: true, force: true })
  process.once('exit', remove)
  try {
    writeFileSync(join(temporary, 'pom.xml'), pom(artifacts))
    await maven(temporary, artifacts)
    moveInto(join(temporary, 'lib'), folder)
  } finally {
    remove()
    process.off('exit', remove)
  }
}

function maven(cwd: string, artifacts: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('mvn', ['-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=lib'], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const end = () => child.kill()
    process.once('exit', end)
    const output: Buffer[] = []
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => output.push(chunk))
    child.once('error', reject)
    child.once('close', (code) => {
      process.off('exit', end)
      if (code === 0) resolve()
      else
        reject(
          new Error(
            `Maven could not download ${artifacts.join(', ')}:\n${Buffer.concat(output).toString().trim().slice(-1500)}`,
          ),
        )
    })
  })
}

function moveInto(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if (!existsSync(to)) throw error
  }
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
