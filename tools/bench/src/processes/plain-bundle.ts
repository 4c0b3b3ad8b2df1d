import { workspace } from '@ads-tracker/local-servers'
import { build } from 'esbuild'

/** Makes one file of a contender, as anybody would. */
export async function plainBundleOf(contender: string): Promise<string> {
  const outfile = `.bench/${contender}.cjs`
  await build({
    entryPoints: [`tools/bench/src/contenders/${contender}.ts`],
    absWorkingDir: workspace,
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    logLevel: 'error',
  })
  return outfile
}
