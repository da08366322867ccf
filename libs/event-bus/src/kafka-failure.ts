import { AppError, type ErrorCode } from '@boxlist/contracts';
import { connect } from 'node:tls';

/** The fields of kafkajs' errors that are read here. */
interface KafkaError {
  readonly name?: unknown;
  readonly message?: unknown;
  /** The name of a code of the protocol. */
  readonly type?: unknown;
  /** For a failed connection: Node's code. */
  readonly code?: unknown;
  readonly cause?: unknown;
  readonly originalError?: unknown;
  readonly errors?: unknown;
}

/** An error and everything that caused it. */
const chainOf = (error: unknown, seen = new Set<unknown>()): readonly KafkaError[] => {
  if (typeof error !== 'object' || error === null || seen.has(error)) return [];
  seen.add(error);
  const { cause, originalError, errors } = error as KafkaError;
  const nested: unknown[] = Array.isArray(errors) ? errors : [];
  return [error, ...[cause, originalError, ...nested].flatMap((each) => chainOf(each, seen))];
};

/** Node's codes for a handshake that failed, from either side. */
const ofTls = /^(ERR_(SSL|TLS)_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_|HOSTNAME_MISMATCH|EPROTO)/;
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** kafkajs' error as ours: whether Kafka keeps this client out, and why, or only did not answer. */
export const kafkaFailure = (error: unknown): AppError => {
  const chain = chainOf(error);
  const own = chain.find((each): each is AppError => each instanceof AppError);
  if (own) return own;
  const failure = (code: ErrorCode, message: string): AppError => new AppError(code, message, {}, { cause: error });

  const forbidden = chain.find(({ type }) => textOf(type).endsWith('_AUTHORIZATION_FAILED'));
  if (forbidden)
    return failure('KAFKA_FORBIDDEN', `Kafka's access control list forbids this (${textOf(forbidden.type)})`);

  const isOfSignIn = ({ name, type }: KafkaError): boolean =>
    name === 'KafkaJSSASLAuthenticationError' ||
    textOf(type).startsWith('SASL_') ||
    textOf(type) === 'ILLEGAL_SASL_STATE';
  if (chain.some(isOfSignIn))
    return failure('KAFKA_SIGN_IN_REFUSED', 'Kafka refused the user name, the password or the token of this service');

  const handshake = chain.find(({ code }) => ofTls.test(textOf(code)));
  if (handshake)
    return failure('KAFKA_TLS_FAILED', `There is no secure connection to Kafka (${textOf(handshake.code)})`);
  return failure('KAFKA_UNAVAILABLE', 'Kafka did not acknowledge');
};

const refusals: readonly ErrorCode[] = ['KAFKA_FORBIDDEN', 'KAFKA_SIGN_IN_REFUSED', 'KAFKA_TLS_FAILED'];

/** Whether Kafka keeps this client out. It answered, so the next try ends the same way until a person acts. */
export const isRefusal = ({ code }: AppError): boolean => refusals.includes(code);

/** Whether a broker answers a TLS handshake, whatever its certificate is. */
const speaksTls = (broker: string): Promise<boolean> =>
  new Promise((resolve) => {
    const [host, port] = [broker.slice(0, broker.lastIndexOf(':')), Number(broker.slice(broker.lastIndexOf(':') + 1))];
    // Nothing is sent to the broker and nothing is believed of it. The certificate is looked at by nobody here.
    const probe = connect({ host, port, rejectUnauthorized: false, timeout: 2_000 });
    const end = (answer: boolean) => (): void => {
      resolve(answer);
      probe.destroy();
    };
    probe.once('secureConnect', end(true)).once('error', end(false)).once('timeout', end(false));
  });

/** KAFKA_TLS_FAILED in place of a failure that a client without TLS gets from brokers that expect it. */
export const orForTls = async (failure: AppError, brokers: readonly string[]): Promise<AppError> => {
  const [broker] = brokers;
  const isClosed = chainOf(failure).some(({ name }) => name === 'KafkaJSConnectionClosedError');
  if (failure.code !== 'KAFKA_UNAVAILABLE' || !isClosed || broker === undefined || !(await speaksTls(broker)))
    return failure;
  return new AppError('KAFKA_TLS_FAILED', 'Kafka expects TLS, but KAFKA_SECURITY is plaintext', {}, { cause: failure });
};
