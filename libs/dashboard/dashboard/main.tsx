import { render } from 'preact'
import '../styles/base.css'
import './style.css'
import { App } from './app.tsx'
import { whenIdle } from './data/idle.ts'
import { startLive } from './data/live.ts'

render(<App />, document.querySelector('#app')!)
whenIdle(startLive)
