import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';

/** How a connection ended. */
export interface Ended {
  /** What the server sent. */
  readonly text: string;
  readonly afterMs: number;
}

/** A connection that sends what it is told, and nothing by itself. */
export const openSocket = (url: string, said = '') => {
  const { hostname, port } = new URL(url);
  const begun = performance.now();
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.on('data', (data) => (text += data.toString()));
  // A reset is one way to be closed.
  socket.on('error', () => undefined);
  socket.write(said);
  return {
    write: (more: string): void => void socket.write(more),
    ended: new Promise<Ended>((resolve) =>
      socket.once('close', () => resolve({ text, afterMs: performance.now() - begun })),
    ),
    opened: new Promise<void>((resolve) => socket.once('connect', resolve)),
    close: (): void => void socket.destroy(),
  };
};

/** The head of a request. A body of `length` bytes has to follow. */
export const head = (method: string, path: string, length = 0): string =>
  `${method} ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;
