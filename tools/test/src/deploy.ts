import { readFilters, runSuite } from './run-suite.ts'

const code = await runSuite({
  suite: 'deploy',
  filters: readFilters('test:deploy'),
  limitMinutes: Number(process.env.TEST_DEPLOY_MINUTES ?? 15),
  say: console.log,
  env: { ...process.env, NX_DAEMON: 'false' },
})
process.exit(code)
