/**
 * search-terms — the terms by which a text is found again: overlapping runs of one to four characters, so that Chinese needs no dictionary and
 * a part of a case number finds the whole. Pure; any thread.
 *
 * A text is normalised (NFKC, case folded) and cut into runs of letters or digits of ASCII, and of anything else that is a letter; the rest
 * separates. Of an ASCII run every one to four characters in a row are terms, of another every one and two. A word to be looked for gives
 * only the longest of each run. What holds (and is tested): if a text contains a word, it has all the word's terms. The reverse does not, so whoever
 * finds by terms looks into the text as well (search_contains()).
 */
#pragma once

#include <glib.h>

/** What comparing is done on; the caller frees it. */
char *search_normalise(const char *text);
/** Adds the terms of a text to be found to `set` (of owned strings). NULL is an empty text. */
void search_add_text(GHashTable *set, const char *text);
/** The terms that every text with this word has: (element-type utf8), owned; empty for a word of punctuation only. */
GPtrArray *search_terms_of_word(const char *word);
/** Does the text hold the word, in any case and width? `normalised` is of search_normalise(). */
gboolean search_contains(const char *text, const char *normalised);
