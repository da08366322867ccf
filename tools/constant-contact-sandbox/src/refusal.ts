/** A refusal in the shape of the vendor's errors. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly key: string,
    message: string,
  ) {
    super(message);
  }
}
export const badRequest = (message: string) => new Refusal(400, 'contacts.api.validation.error', message);
export const notFound = (what: string) => new Refusal(404, 'contacts.api.not_found', `${what} was not found`);
export const conflict = (message: string) => new Refusal(409, 'contacts.api.conflict', message);
export const unsupported = (message: string) => new Refusal(415, 'unsupported_media_type', message);
