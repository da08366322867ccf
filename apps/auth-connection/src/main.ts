import { runService } from '@boxlist/service-kit';
import { loadConfig } from './config';
import { createAuthConnection } from './service';

void runService('auth-connection', loadConfig, (config) => createAuthConnection(config));
