import { canDraw, createScreen } from './screen.ts'
import { readSettings, usage, UsageError } from './settings.ts'
import { createStack } from './stack.ts'

if (process.argv.slice(2).some((arg) => arg === '--help' || arg === '-h')) {
  console.log(usage)
  process.exit(0)
}

const drawing = canDraw(process.stdout)
const screen = createScreen(drawing)
let stack: ReturnType<typeof createStack> | undefined
let stopping: Promise<void> | undefined

// npm passes on the Ctrl-C that the terminal has sent to all of us already, so it comes twice.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(0))
process.on('uncaughtException', fail)
process.on('unhandledRejection', fail)

try {
  stack = createStack(readSettings(process.argv.slice(2), process.env), { screen, drawing })
  const lines = await stack.start()
  if (!stopping) {
    screen.release()
    console.log(lines.join('\n'))
  }
} catch (error) {
  if (!stopping) fail(error)
}

function fail(error: unknown): void {
  screen.release()
  console.error(error instanceof Error ? error.message : error)
  void end(error instanceof UsageError ? 78 : 1)
}

function end(code: number): Promise<void> {
  stopping ??= finish(code)
  return stopping
}

async function finish(code: number): Promise<void> {
  if (code === 0 && drawing) console.log('\nstopping')
  await stack?.stop()
  process.exit(code)
}
