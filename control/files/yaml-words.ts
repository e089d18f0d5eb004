/** What is wrong with YAML, in the words of somebody who edits values: by the code of the library's finding. */

/** Codes of `yaml` (its documentation, "Errors"). One that is not here says it in the library's words. */
const words: Readonly<Record<string, string>> = {
  BAD_ALIAS: 'is an alias (*) without a name, or with one that YAML does not take',
  BAD_DQ_ESCAPE: 'has a backslash that means nothing in double quotes: write \\\\, or use single quotes',
  BAD_INDENT: 'is indented differently from what it belongs to: lines of one list or map start in one column',
  BAD_SCALAR_START: 'begins with a character that YAML keeps for itself: put the value in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'has a second ": " on its line: put the value in quotes, or begin a new line',
  BLOCK_IN_FLOW: 'is a list or map by lines inside of [ ] or { }: write it with brackets too',
  DUPLICATE_KEY: 'is a key that stands here twice: remove one',
  MISSING_CHAR:
    'lacks a character: a quote or bracket that is not closed, a ":" after a key, a "," between values',
  MULTILINE_IMPLICIT_KEY: 'is a key without its ":", or one that goes over several lines',
  MULTIPLE_ANCHORS: 'has two anchors (&) where one is possible',
  MULTIPLE_TAGS: 'has two tags (!) where one is possible',
  TAB_AS_INDENT: 'is indented with a tab: YAML takes spaces only',
  TAG_RESOLVE_FAILED: 'has a tag (!) that nobody here knows: write the value itself',
  UNEXPECTED_TOKEN: 'has something that cannot stand here: look at the quotes and brackets before it',
};

/** The library says "bad indent" of a bracket that is never closed, too. */
export const yamlWords = ({ code, message }: { readonly code: string; readonly message: string }) =>
  words[code === 'BAD_INDENT' && /end with/.test(message) ? 'MISSING_CHAR' : code];
