/** Where numbers will be: of their size, so that nothing moves when they come. */
export function Loading() {
  return (
    <div class="card waiting page-waiting" role="status">
      <span class="unseen">Loading the numbers</span>
    </div>
  )
}
