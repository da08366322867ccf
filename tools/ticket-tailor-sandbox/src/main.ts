import { runService } from '@boxlist/service-kit';
import { loadConfig } from './config';
import { createSandbox } from './service';

void runService('ticket-tailor-sandbox', loadConfig, createSandbox);
