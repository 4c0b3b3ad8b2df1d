import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { downloadKafka, kafkaFolder } from '../src/kafka-jars.ts'
import { downloadedBytes, downloadJars } from '../src/maven-jars.ts'

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ads-tracker-test-'))
  vi.stubEnv('XDG_CACHE_HOME', join(dir, 'cache'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(dir, { recursive: true, force: true })
})

const downloaded = (size: string) => `[INFO] Downloaded from central: https://repo/a.jar (${size} at 2.0 MB/s)`

test('the progress of the download is told while Maven is still downloading', async () => {
  const seen = join(dir, 'seen')
  // It ends only after the first jar was reported.
  mavenThat(
    `echo '${downloaded('7.3 MB')}'; until [ -e ${seen} ]; do sleep 0.05; done; echo '${downloaded('900 kB')}'; echo '${downloaded('60 MB')}'; mkdir lib; echo jar >lib/a.jar`,
  )
  const lines: string[] = []
  await downloadKafka((line) => {
    lines.push(line)
    if (line.includes('7 of')) writeFileSync(seen, '')
  })
  expect(lines).toEqual([
    `Downloading Apache Kafka (54 MB, once) from Maven Central to ${kafkaFolder()}`,
    'Downloading Apache Kafka: 7 of 54 MB',
    'Downloading Apache Kafka: 54 of 54 MB',
  ])
  expect(readdirSync(kafkaFolder())).toEqual(['a.jar'])
})

test('a download that fails says the errors of Maven and leaves no folder', async () => {
  mavenThat(`echo '${downloaded('3 MB')}'; echo '[ERROR] Could not transfer artifact: Unknown host'; exit 1`)
  const folder = join(dir, 'jars/kafka')
  await expect(downloadJars(folder, ['org.example:one:1'])).rejects.toThrow(
    'Maven could not download org.example:one:1:\n[ERROR] Could not transfer artifact: Unknown host',
  )
  expect(existsSync(folder)).toBe(false)
  expect(readdirSync(join(dir, 'jars'))).toEqual([])
})

test.each([
  [downloaded('7.3 MB'), 7_300_000],
  [downloaded('9.1 kB'), 9100],
  [downloaded('512 B'), 512],
  ['[INFO] Downloading from central: https://repo/a.jar', 0],
  ['[INFO] BUILD SUCCESS', 0],
])('%s', (line, bytes) => {
  expect(downloadedBytes(line)).toBeCloseTo(bytes)
})

/** A Maven on the PATH that runs these commands of a shell. */
function mavenThat(commands: string): void {
  const bin = join(dir, 'bin')
  mkdirSync(bin)
  writeFileSync(join(bin, 'mvn'), `#!/bin/sh\n${commands}\n`)
  chmodSync(join(bin, 'mvn'), 0o755)
  vi.stubEnv('PATH', `${bin}:${process.env.PATH}`)
}
