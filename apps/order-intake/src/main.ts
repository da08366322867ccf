import { runService } from '@boxlist/service-kit';
import { loadConfig } from './config';
import { createOrderIntake } from './service';

void runService('order-intake', loadConfig, createOrderIntake);
