import { runSuite } from './run-suite.ts'

const usage = 'usage: npm run test:deploy [-- NAME...], a part of the name of each test file to run; all without one'
const filters = process.argv.slice(2)
if (filters.some((arg) => arg === '--help' || arg === '-h')) {
  console.log(usage)
  process.exit(0)
}
const unknown = filters.find((arg) => arg.startsWith('-'))
if (unknown !== undefined) {
  console.error(`unknown option ${unknown}\n${usage}`)
  process.exit(78)
}
const code = await runSuite({
  suite: 'deploy',
  filters,
  limitMinutes: Number(process.env.TEST_DEPLOY_MINUTES ?? 15),
  say: console.log,
  env: { ...process.env, NX_DAEMON: 'false' },
})
process.exit(code)
