#include "posting-block.h"

#include <string.h>

#define BITMAP_CHARACTERS ((POSTING_BLOCK_BITS + 5) / 6)

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

gboolean
posting_block_has(const PostingBlock *block, guint document)
{
    return (block->bits[document / 64] >> (document % 64)) & 1;
}

void
posting_block_add(PostingBlock *block, guint document)
{
    block->bits[document / 64] |= G_GUINT64_CONSTANT(1) << (document % 64);
}

guint
posting_block_count(const PostingBlock *block)
{
    guint count = 0;

    for (guint i = 0; i < POSTING_WORDS; i++)
        count += (guint) __builtin_popcountll(block->bits[i]);
    return count;
}

gboolean
posting_block_is_empty(const PostingBlock *block)
{
    for (guint i = 0; i < POSTING_WORDS; i++)
        if (block->bits[i])
            return FALSE;
    return TRUE;
}

void
posting_block_intersect(PostingBlock *block, const PostingBlock *other)
{
    for (guint i = 0; i < POSTING_WORDS; i++)
        block->bits[i] &= other->bits[i];
}

void
posting_block_unite(PostingBlock *block, const PostingBlock *other)
{
    for (guint i = 0; i < POSTING_WORDS; i++)
        block->bits[i] |= other->bits[i];
}

int
posting_block_last_before(const PostingBlock *block, guint limit)
{
    for (int word = POSTING_WORDS - 1; word >= 0; word--) {
        guint64 bits = block->bits[word];
        guint first = (guint) word * 64;

        if (first >= limit)
            continue;
        if (limit - first < 64)
            bits &= (G_GUINT64_CONSTANT(1) << (limit - first)) - 1;
        if (bits)
            return (int) first + 63 - __builtin_clzll(bits);
    }
    return -1;
}

static guint
six_bits(const PostingBlock *block, guint from)
{
    guint value = 0;

    for (guint i = 0; i < 6 && from + i < POSTING_BLOCK_BITS; i++)
        value |= (guint) posting_block_has(block, from + i) << i;
    return value;
}

char *
posting_block_encode(const PostingBlock *block)
{
    GString *text = g_string_new(NULL);

    if (posting_block_count(block) > POSTING_LIST_MAX) {
        for (guint i = 0; i < BITMAP_CHARACTERS; i++)
            g_string_append_c(text, alphabet[six_bits(block, i * 6)]);
        return g_string_free(text, FALSE);
    }
    for (guint word = 0; word < POSTING_WORDS; word++)
        for (guint64 bits = block->bits[word]; bits; bits &= bits - 1) {
            guint document = word * 64 + (guint) __builtin_ctzll(bits);

            g_string_append_c(text, alphabet[document >> 6]);
            g_string_append_c(text, alphabet[document & 63]);
        }
    return g_string_free(text, FALSE);
}

static int
value_of(char character)
{
    if (character >= 'A' && character <= 'Z')
        return character - 'A';
    if (character >= 'a' && character <= 'z')
        return character - 'a' + 26;
    if (character >= '0' && character <= '9')
        return character - '0' + 52;
    return character == '+' ? 62 : character == '/' ? 63 : -1;
}

static gboolean
decode_bitmap(const char *text, PostingBlock *block)
{
    for (guint i = 0; i < BITMAP_CHARACTERS; i++) {
        int value = value_of(text[i]);

        if (value < 0)
            return FALSE;
        for (guint bit = 0; bit < 6 && i * 6 + bit < POSTING_BLOCK_BITS; bit++)
            if ((value >> bit) & 1)
                posting_block_add(block, i * 6 + bit);
    }
    return TRUE;
}

gboolean
posting_block_decode(const char *text, PostingBlock *ret_block)
{
    gsize length = text ? strlen(text) : 1;
    PostingBlock block = { { 0 } };

    if (length == BITMAP_CHARACTERS) {
        if (!decode_bitmap(text, &block))
            return FALSE;
    } else {
        if (length % 2 != 0 || length > 2 * POSTING_LIST_MAX)
            return FALSE;
        for (gsize i = 0; i < length; i += 2) {
            int high = value_of(text[i]), low = value_of(text[i + 1]);

            if (high < 0 || low < 0)
                return FALSE;
            posting_block_add(&block, (guint) high << 6 | (guint) low);
        }
    }
    *ret_block = block;
    return TRUE;
}
