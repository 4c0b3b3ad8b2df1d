import { createServer, type AddressInfo } from 'node:net'
import { freePort } from '@ads-tracker/local-servers'
import { expect, onTestFinished, test } from 'vitest'
import { assertFree } from '../src/ports.ts'

test('a taken port is an error that names the port, its variable and who holds it', async () => {
  const port = await takenPort()
  const check = assertFree([{ name: 'ads-api', variable: 'ADS_API_PORT', port }])
  await expect(check).rejects.toThrow(`port ${port} of ads-api (ADS_API_PORT) is taken by process ${process.pid} (`)
})

test('all problems are named at once, also a port that was given to two', async () => {
  const port = await freePort()
  const taken = await takenPort()
  const check = assertFree([
    { name: 'a', variable: 'A', port },
    { name: 'b', variable: 'B', port },
    { name: 'c', variable: 'C', port: taken },
  ])
  await expect(check).rejects.toThrow(new RegExp(`port ${port} of b \\(B\\) is used twice[^]*port ${taken} of c`))
})

test('free ports pass', async () => {
  await expect(assertFree([{ name: 'a', variable: 'A', port: await freePort() }])).resolves.toBeUndefined()
})

async function takenPort(): Promise<number> {
  const server = createServer()
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}
