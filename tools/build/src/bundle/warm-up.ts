import { tracingChannel } from 'node:diagnostics_channel'
import { writeFileSync } from 'node:fs'
import type { AddressInfo, Server } from 'node:net'
import { openBundle } from './open-bundle.ts'

// A process of its own, because it becomes the app: runs it until it has answered, and keeps the code that V8 has made by then.
const address = new Promise<AddressInfo>((resolve) => {
  tracingChannel('net.server.listen').asyncEnd.subscribe((message) =>
    resolve((message as { server: Server }).server.address() as AddressInfo),
  )
})
const { script, cache, run } = openBundle(process.argv[2] ?? '')
run()
await fetch(`http://127.0.0.1:${(await address).port}/readyz`)
writeFileSync(cache, script.createCachedData())
process.exit()
