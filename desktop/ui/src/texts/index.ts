import { zh } from './zh';

/** A text's name. */
export type Key = keyof typeof zh;
/** One language, whole: the type check finds a missing text. */
export type Texts = Record<Key, string>;
