// Runs the job that the first argument names, with the other arguments.
import { existsSync, readdirSync } from 'node:fs'

const [job = ''] = process.argv.splice(2, 1)
if (!/^[a-z-]+$/.test(job) || !existsSync(`${import.meta.dirname}/${job}/main.js`)) {
  const jobs = readdirSync(import.meta.dirname, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
  process.stderr.write(`there is no job '${job}': name one of ${jobs.join(', ')}\n`)
  process.exit(78)
}
await import(`./${job}/main.js`)
