import { controlOf } from './clients';
import { startTool } from './tool-process';

export interface TicketTailorCall {
  readonly seq: number;
  readonly path: string;
  readonly status: number;
  readonly boxOffice: string | null;
}

/** A client of the control API of Ticket Tailor's sandbox. */
export const ticketTailorSandboxClient = (url: string) => {
  const ask = controlOf(url);
  return {
    /** Creates a box office with its key. Changes the key of an existing box office. */
    boxOffice: (name: string, apiKey: string) => ask('PUT', `/box-offices/${name}`, { apiKey }),
    /** Creates many similar orders (`count`, `createdFrom`, …), or the given `orders`. */
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

/** Starts Ticket Tailor's sandbox as its own process. */
export const startTicketTailorSandbox = async () => {
  const tool = await startTool('ticket-tailor-sandbox', 'TICKET_TAILOR_SANDBOX_PORT');
  return { ...tool, ...ticketTailorSandboxClient(tool.url) };
};
