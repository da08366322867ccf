import { controlOf } from './clients';
import { startTool } from './tool-process';

export interface TicketTailorCall {
  readonly seq: number;
  readonly path: string;
  readonly status: number;
  readonly boxOffice: string | null;
}

/** The control plane of Ticket Tailor's sandbox. */
export const ticketTailorSandboxClient = (url: string) => {
  const ask = controlOf(url);
  return {
    /** A box office with its key; of a known one the key is changed. */
    boxOffice: (name: string, apiKey: string) => ask('PUT', `/box-offices/${name}`, { apiKey }),
    /** Many orders alike (`count`, `createdFrom`, …), or those given as `orders`. */
    seedOrders: (name: string, orders: object) => ask('POST', `/box-offices/${name}/orders`, orders),
    fault: (fault: object) => ask('POST', '/faults', fault),
    clearFaults: () => ask('DELETE', '/faults'),
    limits: (limits: object) => ask('PUT', '/limits', limits),
    journal: async (boxOffice?: string): Promise<TicketTailorCall[]> =>
      (await ask<TicketTailorCall[]>('GET', '/journal')).filter(
        (call) => boxOffice === undefined || call.boxOffice === boxOffice,
      ),
    reset: () => ask('POST', '/reset'),
  };
};

/** Ticket Tailor's sandbox as a process of its own. */
export const startTicketTailorSandbox = async () => {
  const tool = await startTool('ticket-tailor-sandbox', 'TICKET_TAILOR_SANDBOX_PORT');
  return { ...tool, ...ticketTailorSandboxClient(tool.url) };
};
