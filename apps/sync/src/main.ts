import { runService } from '@boxlist/service-kit';
import { loadConfig } from './config';
import { createSync } from './service';

void runService('sync', loadConfig, (config) => createSync(config));
