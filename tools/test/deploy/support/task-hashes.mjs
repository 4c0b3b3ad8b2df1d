// Prints the hash of every task of the workspace that the first argument names: what Nx asks its cache for. A process of its
// own, because Nx takes the workspace from the folder that it is loaded in.
import { createRequire } from 'node:module'
import { join } from 'node:path'

const nx = join(process.argv[2], 'node_modules/nx')
const require = createRequire(join(nx, 'package.json'))
const { createProjectGraphAsync } = require(join(nx, 'dist/src/project-graph/project-graph.js'))
const { readNxJson } = require(join(nx, 'dist/src/config/configuration.js'))
const { createTaskHasher } = require(join(nx, 'dist/src/hasher/create-task-hasher.js'))
const { createTaskGraph } = require(join(nx, 'dist/src/tasks-runner/create-task-graph.js'))

const graph = await createProjectGraphAsync()
const taskGraph = createTaskGraph(
  graph,
  {},
  Object.keys(graph.nodes),
  ['lint', 'typecheck', 'test', 'end-to-end', 'bundle'],
  undefined,
  {},
  false,
)
const tasks = Object.values(taskGraph.tasks)
const hashes = await createTaskHasher(graph, readNxJson()).hashTasks(tasks, taskGraph, process.env)
process.stdout.write(JSON.stringify(Object.fromEntries(tasks.map(({ id }, index) => [id, hashes[index].value]))), () =>
  process.exit(0),
)
