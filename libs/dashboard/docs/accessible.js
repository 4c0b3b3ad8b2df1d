/**
 * Repairs of what swagger-ui renders: its `main` lies in the one of this page, the summary of an operation is a button with a
 * link in it, and its headings leave out a level.
 */
export function accessible({ React }) {
  const { createElement, cloneElement, Children, isValidElement } = React
  const heading = createElement('h2', { key: 'heading', className: 'unseen' }, 'Operations')

  function repair(node) {
    if (!isValidElement(node)) return node
    const children = Children.map(node.props.children, repair)
    if (node.type !== 'main') return children ? cloneElement(node, undefined, children) : node
    return createElement('div', { key: 'operations' }, heading, children)
  }

  let Repaired
  function repairedFrom(Layout) {
    Repaired ??= class extends Layout {
      render() {
        return repair(super.render())
      }
    }
    return Repaired
  }

  return {
    components: { DeepLink: ({ text }) => createElement('span', null, text) },
    wrapComponents: {
      // what swagger-ui gives is the layout within what catches its errors
      BaseLayout: (Guarded) =>
        class extends Guarded {
          render() {
            const guard = super.render()
            const { type, props } = guard.props.children
            return cloneElement(guard, undefined, createElement(repairedFrom(type), props))
          }
        },
    },
  }
}

/** Names the fields that have no label, whenever they appear. */
export function nameFields(root) {
  const names = { 'select#servers': 'Server' }
  const name = () => {
    for (const [selector, label] of Object.entries(names))
      root.querySelector(selector)?.setAttribute('aria-label', label)
  }
  new MutationObserver(name).observe(root, { childList: true, subtree: true })
}
