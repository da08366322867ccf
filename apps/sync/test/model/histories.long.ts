import { describeHistories } from './describe-histories';

describeHistories({ histories: 2_500, everyAwait: 1 });
