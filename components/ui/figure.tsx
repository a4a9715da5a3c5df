import { formatCount, formatMoney, formatMoneyExact, formatTokens } from './format'

/** An amount of money, exact on hover. */
export function Money({ nanos }: { nanos: bigint }) {
  return (
    <span className="numeric" title={formatMoneyExact(nanos)}>
      {formatMoney(nanos)}
    </span>
  )
}

/** A whole number. */
export function Count({ value }: { value: number }) {
  return <span className="numeric">{formatCount(value)}</span>
}

/** A number of tokens, exact on hover. */
export function Tokens({ count }: { count: number }) {
  return (
    <span className="numeric" title={formatCount(count)}>
      {formatTokens(count)}
    </span>
  )
}
