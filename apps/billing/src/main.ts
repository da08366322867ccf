import { runService } from '@boxlist/service-kit';
import { loadConfig } from './config';
import { createBilling } from './service';

void runService('billing', loadConfig, (config) => createBilling(config));
