import { runService } from '@boxlist/service-kit';
import { loadConfig } from './config';
import { createWorkflowService } from './service';

void runService('workflow', loadConfig, (config) => createWorkflowService(config));
