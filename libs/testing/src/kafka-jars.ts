import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

export const kafkaVersion = '4.1.1'

/** Where the broker's jars are kept between runs. */
export function jarsFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'ads-tracker', `kafka-${kafkaVersion}`)
}

/** Downloads the jars from Maven Central; complete or not at all, also when several do it at once. */
export async function downloadJars(folder: string): Promise<void> {
  mkdirSync(dirname(folder), { recursive: true })
  const temporary = mkdtempSync(`${folder}.`)
  const remove = () => rmSync(temporary, { recursive: true, force: true })
  process.once('exit', remove)
  try {
    writeFileSync(join(temporary, 'pom.xml'), pom)
    await maven(temporary)
    moveInto(join(temporary, 'lib'), folder)
  } finally {
    remove()
    process.off('exit', remove)
  }
}

function maven(cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('mvn', ['-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=lib'], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    const end = () => child.kill()
    process.once('exit', end)
    const output: Buffer[] = []
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => output.push(chunk))
    child.once('error', reject)
    child.once('close', (code) => {
      process.off('exit', end)
      if (code === 0) resolve()
      else reject(new Error(`Maven could not download Kafka's jars:\n${Buffer.concat(output).toString().trim().slice(-1500)}`))
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

const dependency = (groupId: string, artifactId: string, version: string) =>
  `<dependency><groupId>${groupId}</groupId><artifactId>${artifactId}</artifactId><version>${version}</version></dependency>`

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>ads-tracker</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    ${dependency('org.apache.kafka', 'kafka_2.13', kafkaVersion)}
    ${dependency('org.apache.kafka', 'kafka-tools', kafkaVersion)}
    ${dependency('org.slf4j', 'slf4j-simple', '1.7.36')}
  </dependencies>
</project>
`
