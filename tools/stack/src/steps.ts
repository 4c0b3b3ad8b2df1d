import { Listr, type ListrTask } from 'listr2'

export interface Step<T> {
  title: string
  done: Promise<T>
  task: ListrTask
}

/**
 * A step that begins when those in `after` are done; its title says in the end how long it took by itself.
 * What `work` shows is drawn below the title until it shows something else.
 */
export function step<T>(
  title: string,
  after: Step<unknown>[],
  work: (show: (line: string) => void) => Promise<T>,
): Step<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  // The failure is reported to the steps that wait for this one.
  promise.catch(() => {})
  return { title, done: promise, task: { title, task: (_context, task) => run(task) } }

  async function run(task: { title: string; output: string }): Promise<void> {
    try {
      await Promise.all(after.map(({ done }) => done))
      const began = performance.now()
      resolve(await work((line) => (task.output = line)))
      task.title = `${title}  ${((performance.now() - began) / 1000).toFixed(1)} s`
    } catch (error) {
      reject(error as Error)
      throw error
    }
  }
}

/** Runs the steps, drawing their progress on a terminal. Rejects with the first failure. */
export async function runSteps(steps: Step<unknown>[], { drawing }: { drawing: boolean }): Promise<void> {
  const tasks = new Listr(
    steps.map(({ task }) => task),
    {
      concurrent: true,
      renderer: drawing ? 'default' : 'silent',
      rendererOptions: drawing ? { collapseErrors: false, showErrorMessage: false } : {},
      registerSignalListeners: false,
    },
  )
  await tasks.run()
}
