import { render } from 'preact'
import '../styles/base.css'
import './style.css'
import { App } from './app.tsx'
import { startLive } from './data/live.ts'

startLive()
render(<App />, document.querySelector('#app')!)
