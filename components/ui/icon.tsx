import { classes } from './classes'

/*
 * Drawn on a grid of 16 with strokes of 1.25, in the color of the text beside them. An icon never stands alone: what holds it
 * has a label.
 */
const paths = {
  organization: 'M2.5 13.5h11M4 13.5v-9l5-2v11M9 5.5l3.5 1.5v6.5M6 6.5h1M6 9h1M6 11.5h1',
  usage: 'M2.5 2.5v11h11M5.5 11V8.5M8.5 11V5M11.5 11V7',
  person: 'M8 8a2.75 2.75 0 1 0 0-5.5A2.75 2.75 0 0 0 8 8ZM3 13.5c.3-2.5 2.3-3.75 5-3.75s4.7 1.25 5 3.75',
  people:
    'M6 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM1.5 13c.25-2.3 2-3.5 4.5-3.5s4.25 1.2 4.5 3.5M10.5 2.75a2.4 2.4 0 0 1 0 4.5M12 9.75c1.5.45 2.3 1.6 2.5 3.25',
  connect: 'M6.5 2v3M9.5 2v3M4.5 5h7v2.5a3.5 3.5 0 0 1-7 0zM8 11v3',
  key: 'M9.75 9.75a3.5 3.5 0 1 0-3.3-2.35L2.5 11.4v2.1h2.25v-1.5h1.5v-1.5h1.5l.9-.95c.34.13.71.2 1.1.2ZM10.5 5.5h.01',
  calendar: 'M3 3.5h10v10H3zM3 6.5h10M5.75 2v2.5M10.25 2v2.5',
  check: 'M3.5 8.5 6.5 11.5 12.5 4.5',
  menu: 'M2.5 4.5h11M2.5 8h11M2.5 11.5h11',
  selector: 'M5 6l3-3 3 3M5 10l3 3 3-3',
  'chevron-right': 'M6 3.5 10.5 8 6 12.5',
  'arrow-up': 'M4.5 11.5l7-7M6 4.5h5.5V10',
  'arrow-down': 'M4.5 4.5l7 7M11.5 6v5.5H6',
  'arrow-flat': 'M3 8h10M9.5 4.5 13 8l-3.5 3.5',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  info: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 7.25V11M8 5.1v.01',
  warning: 'M8 2.5 14 13H2zM8 6.5v3M8 11.3v.01',
  clock: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 4.75V8l2.25 1.5',
  table: 'M2.5 3h11v10h-11zM2.5 6.25h11M2.5 9.6h11M6.5 6.25V13',
  folder: 'M2 4h4.25l1.5 1.75H14V12.5H2z',
  'sign-out': 'M6.5 2.75h-4v10.5h4M6 8h7.5M10.75 5.25 13.5 8l-2.75 2.75',
  system: 'M2.5 3h11v7.5h-11zM5.5 13.25h5M8 10.5v2.75',
  light:
    'M8 10.75a2.75 2.75 0 1 0 0-5.5 2.75 2.75 0 0 0 0 5.5ZM8 1.75v1M8 13.25v1M1.75 8h1M13.25 8h1M3.6 3.6l.7.7M11.7 11.7l.7.7M12.4 3.6l-.7.7M4.3 11.7l-.7.7',
  dark: 'M13.25 9.4A5.5 5.5 0 0 1 6.6 2.75a5.5 5.5 0 1 0 6.65 6.65Z',
} as const

export type IconName = keyof typeof paths

/** A 16-pixel drawing from the product's own set, hidden from screen readers. */
export function Icon({ name, className }: { name: IconName; className?: string }) {
  return (
    <svg
      viewBox="0 0 16 16"
      width="16"
      height="16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.25"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      className={classes('shrink-0', className)}
    >
      <path d={paths[name]} />
    </svg>
  )
}
