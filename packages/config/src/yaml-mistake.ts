/** The mistakes that people make most, by the beginning of the YAML library's message: its words need the specification beside them. */
const ownWords: readonly (readonly [libraryWords: RegExp, text: string])[] = [
  [/^All mapping items must start/, 'this line is indented otherwise than its neighbours'],
  [/^Sequence item without -/, 'this line stands among the entries of a list, but does not begin with "-"'],
  [/^Tabs are not allowed/, 'a tab indents this line, which takes spaces'],
  [/^Flow \w+ in block collection/, 'a bracket is not closed, or what follows it is not indented enough'],
  [/^Nested mappings are not allowed/, 'a second ": " stands in this line; quote the text that has it'],
  [/^Missing closing ["']quote/, 'a quotation mark is not closed'],
  [/^Map keys must be unique/, 'this key stands here for the second time'],
  [/^Source contains multiple documents/, 'a second document begins here, where one is allowed'],
  [/^Unresolved tag: /, 'a tag (a word that begins with "!") stands here, which no key takes'],
];

/** What is wrong with a document that is no YAML. */
export interface YamlMistake {
  /** A clause for people. */
  readonly text: string;
  /** What to do, where the text alone does not say. */
  readonly hint: string | undefined;
}

/** A message of the YAML library, for people. */
export function toYamlMistake(message: string): YamlMistake {
  const own = ownWords.find(([libraryWords]) => libraryWords.test(message));
  if (own !== undefined) return { text: own[1], hint: undefined };
  const [line = message] = message.split('\n', 1);
  return { text: `is not valid YAML: ${line.trim()}`, hint: 'Check the indentation of this line and the one before.' };
}
