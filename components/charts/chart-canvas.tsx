'use client'

import { lazy, Suspense, useSyncExternalStore } from 'react'
import { ChartSketch } from './chart-sketch'
import type { ChartCanvasProps } from './series'

// The chart library is half as large as everything else together: it is fetched after the page, and only the kind that is shown.
const BarCanvas = lazy(() => import('./bar-canvas').then((module) => ({ default: module.BarCanvas })))
const AreaCanvas = lazy(() => import('./area-canvas').then((module) => ({ default: module.AreaCanvas })))

/**
 * The drawing of a chart: stacked bars for what adds up, lines for what doesn't. The server draws the shapes alone; the
 * browser puts the real chart in their place, in the same room, as soon as it has it.
 */
export function ChartCanvas(props: ChartCanvasProps) {
  const isBrowser = useSyncExternalStore(neverChanges, inBrowser, onServer)
  const sketch = <ChartSketch {...props} />
  if (!isBrowser) return sketch
  return <Suspense fallback={sketch}>{props.data.isStacked ? <BarCanvas {...props} /> : <AreaCanvas {...props} />}</Suspense>
}

// Tremor measures its room and draws nothing on the server, so the server's page and the browser's first one must be the sketch.
const neverChanges = () => () => {}
const inBrowser = () => true
const onServer = () => false
