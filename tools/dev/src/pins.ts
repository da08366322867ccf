/** What a pin names: an image or an action, with the tag that people read. */
export interface Pinned {
  readonly kind: 'image' | 'action';
  readonly name: string;
  readonly tag: string;
}

const image = /((?:FROM|image:)\s+['"]?)([\w./-]+):([\w.-]+?)(?:@sha256:[0-9a-f]{64})?(?=['"]?(?:\s|$))/gm;
const action = /(uses:\s+)([\w.-]+\/[\w./-]+)@(?:[0-9a-f]{40}\s+#\s+)?(v[\w.]+)/g;

/** Every image and action that a file names. */
export const pinsIn = (text: string): Pinned[] => [
  ...[...text.matchAll(image)].map(([, , name = '', tag = '']) => ({ kind: 'image' as const, name, tag })),
  ...[...text.matchAll(action)].map(([, , name = '', tag = '']) => ({ kind: 'action' as const, name, tag })),
];

/** The file with the digest of each tag. The tag stays beside it, for people and for the next time. */
export const withPins = (text: string, digestOf: (pinned: Pinned) => string): string =>
  text
    .replace(image, (_, before: string, name: string, tag: string) => {
      const digest = digestOf({ kind: 'image', name, tag });
      return `${before}${name}:${tag}@${digest}`;
    })
    .replace(action, (_, before: string, name: string, tag: string) => {
      const digest = digestOf({ kind: 'action', name, tag });
      return `${before}${name}@${digest} # ${tag}`;
    });
