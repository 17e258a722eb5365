// The SDK's durations come from `ms`, whose types NodeNext does not find: they would be `any`, and '10 secnds' would compile.
declare module 'ms' {
  type Unit =
    | 'ms'
    | 'milliseconds'
    | 's'
    | 'seconds'
    | 'second'
    | 'm'
    | 'minutes'
    | 'minute'
    | 'h'
    | 'hours'
    | 'hour'
    | 'd'
    | 'days'
    | 'day';
  export type StringValue = `${number}` | `${number}${Unit}` | `${number} ${Unit}`;
}
