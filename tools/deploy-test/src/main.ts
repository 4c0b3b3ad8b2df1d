import { join } from 'node:path'
import { runSuite, workspace } from '@ads-tracker/local-servers'

// npm run test:deploy [-- FILTER...]
const code = await runSuite({
  folder: join(workspace, 'tools/deploy-test'),
  config: 'vitest.deploy.config.ts',
  filters: process.argv.slice(2),
  limitMinutes: Number(process.env.TEST_DEPLOY_MINUTES ?? 15),
  say: console.log,
  env: { ...process.env, NX_DAEMON: 'false' },
})
process.exit(code)
