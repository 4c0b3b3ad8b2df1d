import { join } from 'node:path'
import { openBundle } from './open-bundle.ts'
import { mapStackTraces } from './stack-traces.ts'

// What the main.js of every bundle is.
const filename = join(import.meta.dirname, 'bundle.js')
if (process.sourceMapsEnabled) mapStackTraces(filename)
openBundle(filename).run()
