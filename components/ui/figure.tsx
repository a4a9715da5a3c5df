import { formatMoney, formatMoneyExact } from './format'

/** An amount of money, exact on hover. */
export function Money({ nanos }: { nanos: bigint }) {
  return (
    <span className="numeric" title={formatMoneyExact(nanos)}>
      {formatMoney(nanos)}
    </span>
  )
}
