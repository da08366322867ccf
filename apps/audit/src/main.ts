import { runService } from '@boxlist/service-kit';
import { loadConfig } from './config';
import { createAudit } from './service';

void runService('audit', loadConfig, (config) => createAudit(config));
