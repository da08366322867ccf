import { runService } from '@boxlist/service-kit';
import { loadConfig } from './config';
import { createSandbox } from './service';

void runService('constant-contact-sandbox', loadConfig, createSandbox);
