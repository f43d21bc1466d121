/**
 * PostingBlock — which of 4096 documents with neighbouring numbers have a term, as bits; and its form in the store, text.
 *
 * Few documents are written as two characters of Base64's alphabet each (12 bits, in order of being added), so adding one is appending; from
 * POSTING_LIST_MAX on all 4096 bits are written, 683 characters. A search thus reads at most one row per term and block, however common the term:
 * a million documents are 245 rows. Plain value; any thread.
 */
#pragma once

#include <glib.h>

#define POSTING_BLOCK_BITS 4096
#define POSTING_WORDS      (POSTING_BLOCK_BITS / 64)
/* A longer list takes more room than the bits. */
#define POSTING_LIST_MAX 341

typedef struct {
    guint64 bits[POSTING_WORDS];
} PostingBlock;

gboolean posting_block_has(const PostingBlock *block, guint document);
void posting_block_add(PostingBlock *block, guint document);
guint posting_block_count(const PostingBlock *block);
gboolean posting_block_is_empty(const PostingBlock *block);
void posting_block_intersect(PostingBlock *block, const PostingBlock *other);
void posting_block_unite(PostingBlock *block, const PostingBlock *other);
/** The highest document below `limit` (POSTING_BLOCK_BITS for all), or -1. */
int posting_block_last_before(const PostingBlock *block, guint limit);

/** The text of a block; the caller frees it. */
char *posting_block_encode(const PostingBlock *block);
/** FALSE for a text that is none: the store is damaged. */
gboolean posting_block_decode(const char *text, PostingBlock *ret_block);
