import { describeHistories } from './describe-histories';

// A few seconds of them; histories.long.ts runs the rest. An odd step crashes calls before and after they take effect.
describeHistories({ histories: 250, everyAwait: 37 });
