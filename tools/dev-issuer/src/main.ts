import { runService } from '@boxlist/service-kit';
import { loadConfig } from './config';
import { createDevIssuer } from './service';

void runService('dev-issuer', loadConfig, createDevIssuer);
