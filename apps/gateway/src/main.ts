import { runService } from '@boxlist/service-kit';
import { loadConfig } from './config';
import { createGateway } from './service';

void runService('gateway', loadConfig, createGateway);
