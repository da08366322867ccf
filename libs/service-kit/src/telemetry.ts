import { metrics, type Attributes } from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';

let exporter: PrometheusExporter | undefined;

/** Starts metrics for the process, once. `/metrics` shows them. */
export const startMetrics = (): void => {
  if (exporter) return;
  exporter = new PrometheusExporter({ preventServerStart: true });
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [exporter] }));
};

/** All metrics in the Prometheus text format. */
export const renderMetrics = async (): Promise<string> => {
  if (!exporter) return '';
  const { resourceMetrics } = await exporter.collect();
  return new PrometheusSerializer().serialize(resourceMetrics);
};

/**
 * Counts business events. Labels are closed sets (codes, kinds, routes), and never the id or e-mail address of a
 * person.
 */
export const counter = (name: string, description: string) => {
  const instrument = () => metrics.getMeter('boxlist').createCounter(name, { description });
  let made: ReturnType<typeof instrument> | undefined;
  return (labels: Attributes = {}, by = 1): void => {
    made ??= instrument();
    made.add(by, labels);
  };
};

/** Measures durations in milliseconds. */
export const histogram = (name: string, description: string) => {
  const instrument = () => metrics.getMeter('boxlist').createHistogram(name, { description, unit: 'ms' });
  let made: ReturnType<typeof instrument> | undefined;
  return (ms: number, labels: Attributes = {}): void => {
    made ??= instrument();
    made.record(ms, labels);
  };
};
